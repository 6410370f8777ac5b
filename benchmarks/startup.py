"""Times how long a user waits before anything happens, and writes `docs/figures/startup.json`.

    python benchmarks/startup.py

Three waits are measured: `import animeter`; `animeter --help` from the prompt to the end of the
program; and, since an import that loads nothing only puts the wait off, `animeter classify` of one
small picture, which pays for all of it. Each is repeated in a fresh process, since only the first
import of a process costs anything. For the import the bare interpreter's own start is timed in turn
with it and taken off, pairwise; the programs are timed whole, interpreter included, since that is
what is waited for.

Beside the wait stands the CPU time that the process took (for the import, without the bare
interpreter's too): where a machine has other work the wait grows, and the CPU time hardly does.

The first runs warm the disk cache and the bytecode cache and are not counted: a first run after
the installation takes longer.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "examples" / "anime-face.png"
LIMITS_S = {"import": 0.15, "help": 0.4}
WARM_UPS = 3


def run(command: list[str]) -> tuple[float, float]:
    """Return how long a command takes from its start to its end, and its CPU time, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wait_s = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wait_s, cpu_s


def summary(waits_s: list[float], cpu_s: list[float]) -> dict[str, float]:
    """Return the figures of one wait."""
    return {
        "median_s": round(statistics.median(waits_s), 4),
        "min_s": round(min(waits_s), 4),
        "max_s": round(max(waits_s), 4),
        "cpu_median_s": round(statistics.median(cpu_s), 4),
    }


def measure(runs: int) -> dict[str, Any]:
    """Time every wait, in turns, so that a busy minute falls on all of them."""
    program = shutil.which("animeter", path=str(Path(sys.executable).parent))
    if program is None:
        raise SystemExit(f"no `animeter` beside {sys.executable}: install the package there first")
    commands = {
        "interpreter": [sys.executable, "-c", "pass"],
        "import": [sys.executable, "-c", "import animeter"],
        "help": [program, "--help"],
        "one_picture": [program, "classify", "--quiet", str(PICTURE)],
    }
    for command in commands.values():
        for _ in range(WARM_UPS):
            run(command)
    rounds = [{name: run(command) for name, command in commands.items()} for _ in range(runs)]
    waits = {
        name: summary([one[name][0] for one in rounds], [one[name][1] for one in rounds])
        for name in commands
    }
    beyond = [[one["import"][k] - one["interpreter"][k] for one in rounds] for k in (0, 1)]
    waits["import"] = summary(*beyond)
    return {
        "command": "python benchmarks/startup.py",
        "runs": runs,
        "machine": {
            "cores": os.cpu_count(),
            "load_average": [round(load, 2) for load in os.getloadavg()],
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "limits_s": LIMITS_S,
        **waits,
    }


def main() -> int:
    """Measure, print, write; 1 when a limit is broken."""
    parser = argparse.ArgumentParser(description="Time the waits before anything happens.")
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
    slow = [name for name, limit_s in LIMITS_S.items() if figures[name]["median_s"] > limit_s]
    for name in slow:
        print(f"{name} takes longer than {LIMITS_S[name]} s", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
