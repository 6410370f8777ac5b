"""Times how long a user waits before anything happens, and writes `docs/figures/startup.json`.

    python benchmarks/startup.py

Two waits are measured: `import animeter`, and `animeter --help` from the prompt to the end of the
program. Each is repeated in a fresh process, since only the first import of a process costs
anything. For the import the bare interpreter's own start is timed in turn with it and taken off,
pairwise; the help text is timed whole, interpreter included, since that is what is waited for.

The first runs warm the disk cache and the bytecode cache and are not counted: a first run after
the installation takes longer.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
IMPORT_LIMIT_S = 0.15
HELP_LIMIT_S = 0.4
WARM_UPS = 3


def run_s(command: list[str]) -> float:
    """Return how long a command takes, from its start to its end."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def summary(times_s: list[float], limit_s: float) -> dict[str, float | bool]:
    """Return the figures of one wait."""
    median_s = statistics.median(times_s)
    return {
        "median_s": round(median_s, 4),
        "min_s": round(min(times_s), 4),
        "max_s": round(max(times_s), 4),
        "limit_s": limit_s,
        "within_limit": median_s <= limit_s,
    }


def measure(runs: int) -> dict[str, object]:
    """Time both waits."""
    program = shutil.which("animeter", path=str(Path(sys.executable).parent))
    if program is None:
        raise SystemExit(f"no `animeter` beside {sys.executable}: install the package there first")
    bare = [sys.executable, "-c", "pass"]
    importing = [sys.executable, "-c", "import animeter"]
    helping = [program, "--help"]
    for command in (bare, importing, helping):
        for _ in range(WARM_UPS):
            run_s(command)
    bare_s, import_s, help_s = [], [], []
    for _ in range(runs):
        bare_s.append(run_s(bare))
        import_s.append(run_s(importing))
        help_s.append(run_s(helping))
    import_alone_s = [whole - start for whole, start in zip(import_s, bare_s, strict=True)]
    return {
        "command": "python benchmarks/startup.py",
        "runs": runs,
        "machine": {
            "cores": os.cpu_count(),
            "load_average": [round(load, 2) for load in os.getloadavg()],
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "interpreter": {"median_s": round(statistics.median(bare_s), 4)},
        "import": summary(import_alone_s, IMPORT_LIMIT_S),
        "help": summary(help_s, HELP_LIMIT_S),
    }


def main() -> int:
    """Measure, print, write; 1 when a limit is broken."""
    parser = argparse.ArgumentParser(description="Time `import animeter` and `animeter --help`.")
    parser.add_argument("--runs", type=int, default=15, help="fresh processes per wait")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "docs" / "figures" / "startup.json", help="JSON file"
    )
    options = parser.parse_args()
    figures = measure(options.runs)
    text = json.dumps(figures, indent=2) + "\n"
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(text, encoding="utf-8")
    print(text, end="")
    waits = [figures["import"], figures["help"]]
    return 0 if all(isinstance(wait, dict) and wait["within_limit"] for wait in waits) else 1


if __name__ == "__main__":
    sys.exit(main())
