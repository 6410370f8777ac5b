"""The floors of ARCHITECTURE.md: what may import what."""

import json
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.source_tree import Import, imports

FLOORS = {
    "domain": 0,
    "media": 1,
    "inference": 2,
    "datasets": 2,
    "lab": 3,
    "library": 3,
    "server": 4,
    "cluster": 4,
    "cli": 5,
}

# Only these folders may use these packages; a package not named here may be used by all but
# `domain`.
USERS = {
    "av": {"media"},
    "cleanlab": {"lab"},
    "ddgs": {"datasets"},
    "cv2": {"media"},
    "fastapi": {"server"},
    "filelock": {"lab"},
    "icrawler": {"datasets"},
    "jinja2": {"lab"},
    "lightning": {"lab"},
    "matplotlib": {"lab"},
    "onnx": {"lab"},
    "onnxruntime": {"inference", "lab"},
    "onnxscript": {"lab"},
    "optuna": {"lab"},
    "prometheus_client": {"server"},
    "protego": {"datasets"},
    "rich": {"cli", "lab"},
    "safetensors": {"inference", "lab"},
    "scenedetect": {"media"},
    "scipy": {"lab"},
    "sklearn": {"datasets", "inference", "lab"},
    "sqlalchemy": {"lab"},
    "starlette": {"server"},
    "timm": {"lab"},
    "torch": {"lab"},
    "torchvision": {"lab"},
    "typer": {"cli"},
    "uvicorn": {"server"},
    "yaml": {"inference"},
}

# Floor 0 computes: nothing in it may reach a file, the network or another program.
DOMAIN_MAY_USE = {
    "collections",
    "dataclasses",
    "enum",
    "itertools",
    "json",
    "math",
    "numpy",
    "pydantic",
    "re",
    "typing",
}

# What a file of verbs may import at its top, so that `animeter --help` stays quick.
CLI_TOP_MAY_USE = {"typer", "animeter.cli", "animeter.domain.errors"} | (
    set(sys.stdlib_module_names) - {"asyncio", "concurrent", "multiprocessing", "unittest"}
)


def folder(module: str) -> str:
    """Return the floor's folder of one of our modules; empty for those at the top."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in FLOORS else ""


def is_ours(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] == "animeter"


def wrong_floor(found: Import) -> bool:
    """Say whether an import goes up, or sideways into another folder."""
    if found.for_types and found.importer == "animeter":
        return False  # the public names' types; they are loaded when asked for
    here, there = folder(found.importer), folder(found.imported)
    if found.imported == "animeter":  # for __version__; the package itself is in no floor
        return here == "domain"
    if found.imported == "animeter.settings":
        return here in {"domain", "media"}
    if found.importer == "animeter.__main__":
        return there != "cli"
    if not here:
        return there != "domain"
    return here != there and FLOORS[there] >= FLOORS[here]


def wrong_package(found: Import) -> bool:
    """Say whether a package of others is used where it should not be."""
    package = found.imported.split(".")[0]
    here = folder(found.importer)
    if here == "domain":
        return package not in DOMAIN_MAY_USE
    return here not in USERS.get(package, {here})


def wrong_cli_top(found: Import) -> bool:
    """Say whether a file of verbs imports at its top what it should import inside a verb."""
    if folder(found.importer) != "cli" or not found.on_import or found.for_types:
        return False
    parts = found.imported.split(".")
    return not any(".".join(parts[: end + 1]) in CLI_TOP_MAY_USE for end in range(len(parts)))


def cycle(found: list[Import]) -> list[str] | None:
    """Return the modules of a cycle of imports, those inside functions included."""
    graph: dict[str, set[str]] = {}
    for one in found:
        if not one.for_types and is_ours(one.imported) and one.imported != one.importer:
            graph.setdefault(one.importer, set()).add(one.imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        modules: list[str] = error.args[1]
        return modules
    return None


def check(found: list[Import]) -> list[str]:
    """Return what is wrong with some imports, a sentence each."""
    wrong = []
    for one in found:
        if is_ours(one.imported):
            if wrong_floor(one):
                wrong.append(f"{one}, which is not on a floor below")
        elif wrong_package(one):
            wrong.append(f"{one}, which is not for this floor")
        if wrong_cli_top(one):
            wrong.append(f"{one} at its top; import it inside the verb")
    around = cycle(found)
    if around:
        wrong.append(f"a cycle: {' -> '.join(around)}")
    return wrong


def test_the_floors_hold() -> None:
    found = imports()
    assert len(found) > 50
    assert check(found) == []


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"domain/a.py": "import animeter.media.b", "media/b.py": ""}, "floor below"),
        ({"domain/a.py": "def f():\n    from animeter.media import b", "media/b.py": ""}, "below"),
        ({"media/a.py": "from ..inference import b", "inference/b.py": ""}, "floor below"),
        ({"inference/a.py": "from animeter.datasets import b", "datasets/b.py": ""}, "below"),
        ({"library/a.py": "from animeter.lab.b import c", "lab/b.py": ""}, "floor below"),
        ({"media/a.py": "from animeter.settings import x", "settings.py": ""}, "floor below"),
        ({"settings.py": "import animeter.media.b", "media/b.py": ""}, "floor below"),
        ({"inference/a.py": "import torch.nn"}, "not for this floor"),
        ({"inference/a.py": "try:\n    from scipy import x\nexcept E:\n    pass"}, "this floor"),
        ({"domain/a.py": "from pathlib import Path"}, "not for this floor"),
        ({"lab/a.py": "class C:\n    def f(self):\n        import typer"}, "not for this floor"),
        ({"cli/a.py": "import numpy"}, "inside the verb"),
        ({"cli/a.py": "from animeter.media.b import x", "media/b.py": ""}, "inside the verb"),
        ({"cli/a.py": "if x:\n    import concurrent.futures"}, "inside the verb"),
        ({"lab/a.py": "import animeter.lab.b", "lab/b.py": "from .a import x"}, "cycle"),
        (
            {
                "lab/a.py": "from animeter.lab import b",
                "lab/b.py": "def f():\n    from animeter.lab import c",
                "lab/c.py": "from animeter.lab.a import x",
            },
            "cycle",
        ),
    ],
)
def test_a_breach_is_seen(tmp_path: Path, files: dict[str, str], said: str) -> None:
    write_package(tmp_path, files)
    wrong = check(imports(tmp_path))
    assert len(wrong) == 1
    assert said in wrong[0]


def test_what_is_allowed_is_not_called_wrong(tmp_path: Path) -> None:
    files = {
        "__init__.py": "if TYPE_CHECKING:\n    from animeter.lab.a import x",
        "__main__.py": "from animeter.cli.a import main",
        "settings.py": "from animeter.domain.a import x",
        "domain/a.py": "import numpy as np",
        "inference/a.py": "import onnxruntime\nfrom animeter.settings import x",
        "datasets/a.py": "from animeter.domain import a",
        "lab/a.py": "import torch\nfrom animeter.datasets.a import x\nfrom . import b",
        "lab/b.py": "if TYPE_CHECKING:\n    from animeter.lab.a import x",
        "cli/a.py": "import typer\ndef verb():\n    import animeter.lab.a, numpy",
    }
    write_package(tmp_path, files)
    assert check(imports(tmp_path)) == []


def write_package(source: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = source / "animeter" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(text)
    (source / "animeter" / "__init__.py").touch()


def loaded_by(program: str) -> set[str]:
    """Run a program in a fresh interpreter and return the packages it loads."""
    report = "; import json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program + report], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


HEAVY = {"torch", "onnxruntime", "fastapi", "pydantic", "PIL", "numpy", "typer", "rich"}


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_by("import animeter") & HEAVY == set()


def test_importing_the_program_loads_nothing_heavier_than_typer() -> None:
    assert loaded_by("import animeter.cli.app") & HEAVY <= {
        "typer",
        "rich",
    }  # older Typers load rich


def test_a_public_name_loads_only_what_it_needs() -> None:
    assert loaded_by("import animeter; animeter.AnimeterError") & HEAVY == set()
    assert loaded_by("import animeter; animeter.Classification") & HEAVY <= {"numpy"}
