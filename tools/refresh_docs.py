"""Writes into the documents what programs know better than people.

`docs/cli.md` holds the `--help` text of every verb, `docs/openapi.json` the server's schema.
ARCHITECTURE.md holds a line a module, the first sentence of its docstring, between
`<!-- modules: FOLDER -->` and `<!-- /modules -->`.
Figures in Markdown come from JSON files that commands made, and say so where they stand:

    right in <!-- figure: docs/figures/x.json accuracy.value .1% -->95.3 %<!-- /figure --> of cases

names a file, a dotted path in it (numbers step into lists) and, if wanted, a Python format. In the
YAML front matter of a model card, where such comments do not work, it is a YAML comment:

    value: 0.953  # figure: docs/figures/x.json accuracy.value .3f

`make docs` (`python -m tools.refresh_docs`) writes all of it again; a test compares.
"""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

INLINE = re.compile(
    r"(?P<open><!-- figure: (?P<file>\S+) (?P<key>\S+)(?: (?P<format>\S+))? -->)"
    r"(?P<shown>.*?)(?P<close><!-- /figure -->)"
)
YAML = re.compile(
    r"^(?P<open>\s*(?:- )?\w+: )(?P<shown>\S+)"
    r"(?P<close>\s+# figure: (?P<file>\S+) (?P<key>\S+)(?: (?P<format>\S+))?)$",
    re.MULTILINE,
)

MODULES = re.compile(
    r"(?P<open><!-- modules: (?P<folder>[\w.]+) -->\n).*?(?P<close><!-- /modules -->)", re.DOTALL
)

# Walks the verbs in one interpreter of its own: rich reads the width when it is imported.
HELP_PROGRAM = """
import json, sys
import typer
from typer.testing import CliRunner
from animeter.cli.app import app

def walk(command, words):
    yield words
    for name, inner in sorted(getattr(command, "commands", {}).items()):
        if not inner.hidden:
            yield from walk(inner, [*words, name])

texts = []
for words in walk(typer.main.get_command(app), []):
    result = CliRunner().invoke(app, [*words, "--help"], prog_name="animeter")
    if result.exit_code:
        sys.exit(f"animeter {' '.join(words)} --help failed: {result.output}")
    texts.append([" ".join(["animeter", *words]), result.output])
json.dump(texts, sys.stdout)
"""

CLI_HEAD = """\
# The command line

Every verb and its options, as `--help` prints them. This page is written by `make docs`; change
the verbs in `src/animeter/cli/`, not this file.

Data goes to standard output, progress and messages to standard error. The exit code is 0 when all
went well, 1 on failure, 2 on wrong usage, 3 when the run finished but some files failed.
"""


def cli_page() -> str:
    """Return the text that `docs/cli.md` should have."""
    environ = {**os.environ, "TERMINAL_WIDTH": "96", "COLUMNS": "96", "NO_COLOR": "1"}
    for name in ("FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS"):  # each would colour the text
        environ.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-c", HELP_PROGRAM],
        env=environ,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    sections = []
    for command, text in json.loads(done.stdout):
        lines = [line.rstrip() for line in text.strip("\n").splitlines()]
        body = "\n".join(lines).strip("\n")
        sections.append(f"## {command}\n\n```text\n{body}\n```\n")
    return "\n".join([CLI_HEAD, *sections])


def openapi_text() -> str:
    """Return the text that `docs/openapi.json` should have."""
    from animeter.inference.classifier import load
    from animeter.server.app import create_app
    from animeter.server.reference import schema_text

    return schema_text(create_app(load()).openapi())


def figure(root: Path, file: str, key: str, spec: str | None) -> str:
    """Return one figure as it should be shown.

    Raises:
        ValueError: the file or the path in it does not exist; says which.
    """
    path = root / file
    if not path.is_file():
        raise ValueError(f"a figure is taken from {file}, which is not there")
    value = json.loads(path.read_text(encoding="utf-8"))
    for step in key.split("."):
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise ValueError(f"{file} has no {key!r}: {step!r} is not there") from error
    shown = format(value, spec or "")
    return re.sub(r"(?<=\d)%$", " %", shown)


def with_figures(text: str, root: Path = ROOT) -> str:
    """Return a document with every figure set to what its file says."""

    def set_inline(found: re.Match[str]) -> str:
        shown = figure(root, found["file"], found["key"], found["format"])
        return found["open"] + shown + found["close"]

    def set_yaml(found: re.Match[str]) -> str:
        shown = figure(root, found["file"], found["key"], found["format"])
        return found["open"] + shown + found["close"]

    fences = re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL)
    fences[::2] = [YAML.sub(set_yaml, INLINE.sub(set_inline, part)) for part in fences[::2]]
    return "".join(fences)


def module_table(package: Path, folder: str) -> str:
    """Return a table of the modules of one folder of the package; `.` is its own top."""
    rows = ["| module | what it is |", "|---|---|"]
    pattern = "*.py" if folder == "." else "**/*.py"
    for path in sorted((package / folder).glob(pattern)):
        if path.name == "__init__.py" and path.parent != package:
            continue  # holds the folder's docstring and nothing else
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        purpose = " ".join(docstring.split("\n\n")[0].split()).rstrip(".")
        rows.append(f"| `{path.relative_to(package).as_posix()}` | {purpose} |")
    return "\n".join(rows) + "\n"


def with_modules(text: str, root: Path = ROOT) -> str:
    """Return a document with every table of modules as the source has them."""
    package = root / "src" / "animeter"
    return MODULES.sub(
        lambda found: found["open"] + module_table(package, found["folder"]) + found["close"], text
    )


def refreshed(text: str, root: Path = ROOT) -> str:
    """Return a document with its figures and tables of modules set right."""
    return with_modules(with_figures(text, root), root)


def documents(root: Path = ROOT) -> list[Path]:
    """Return the documents that may quote figures."""
    return sorted([*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("examples/*.md")])


def refresh(root: Path = ROOT) -> tuple[list[Path], list[str]]:
    """Write every document that is out of date.

    Returns:
        The documents written, and what could not be done (those documents stay as they are).
    """
    wanted, problems = {root / "docs" / "cli.md": cli_page()}, []
    wanted[root / "docs" / "openapi.json"] = openapi_text()
    for path in documents(root):
        try:
            wanted.setdefault(path, refreshed(path.read_text(encoding="utf-8"), root))
        except ValueError as error:
            problems.append(f"{path.relative_to(root)}: {error}")
    changed = []
    for path, text in wanted.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed, problems


def main() -> int:
    """Refresh, and say what changed; 1 when a document could not be done."""
    changed, problems = refresh()
    for path in changed:
        print(path.relative_to(ROOT))
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
