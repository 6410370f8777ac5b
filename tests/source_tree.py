"""Reads what Python files import, without running them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module.

    Attributes:
        importer: the module that imports, dotted.
        imported: the module that is imported, dotted.
        line: where.
        on_import: whether it happens when the importer itself is imported, rather than inside
            a function.
        for_types: whether it stands under `if TYPE_CHECKING`, and so never happens.
    """

    importer: str
    imported: str
    line: int
    on_import: bool
    for_types: bool

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


def module_files(source: Path = SOURCE) -> dict[str, Path]:
    """Return every module under the source folder by its dotted name; a package by its own."""
    files = {}
    for path in sorted(source.rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return files


def imports(source: Path = SOURCE) -> list[Import]:
    """Return everything that every module under the source folder imports."""
    files = module_files(source)
    found = []
    for name, path in files.items():
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for node, on_import, for_types in _walk(tree, True, False):
            found.extend(
                Import(name, imported, node.lineno, on_import, for_types)
                for imported in _modules(node, package, files)
            )
    return found


def _walk(
    node: ast.AST, on_import: bool, for_types: bool
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, on_import, for_types
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _walk(child, False, for_types)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for statement in child.body:
                yield from _walk(ast.Module([statement], []), on_import, True)
            for statement in child.orelse:
                yield from _walk(ast.Module([statement], []), on_import, for_types)
        else:
            yield from _walk(child, on_import, for_types)


def _modules(
    node: ast.Import | ast.ImportFrom, package: str, files: dict[str, Path]
) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    base = node.module or ""
    if node.level:
        parents = package.split(".")
        base = ".".join([*parents[: len(parents) - node.level + 1], *filter(None, [base])])
    for alias in node.names:
        # `from package import module` imports the module; `from module import name` the module.
        inner = f"{base}.{alias.name}"
        yield inner if inner in files else base
