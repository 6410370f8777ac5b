"""Times `animeter teach` on 1,000 pictures of 10 labels; writes `docs/figures/teach-speed.json`.

    python benchmarks/teach_speed.py

The pictures are drawn: JPEGs of 640 x 360 px, a frame's size, ten kinds of pattern in random
colours. Three lessons are timed, each as a user waits for it, from the prompt to the end of the
program: the first, with an empty cache; the same again; and one with ten pictures more. torch is
made impossible to import, so that none of it can have helped.

Beside the wait stands the CPU time of all threads: where a machine has other work the wait grows,
and the CPU time hardly does.

`--folder` takes a folder of your own instead, with a folder for each label.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
LABELS, PICTURES_A_LABEL, MORE = 10, 100, 10
LIMIT_S = 15.0
WIDTH_PX, HEIGHT_PX = 640, 360
WITHOUT_TORCH = "import sys; sys.modules['torch'] = None; from animeter.cli.app import main; main()"


def draw(label: int, number: int) -> Image.Image:
    """Draw one picture: waves of the label's pace and lean, under shapes, in random colours."""
    rng = np.random.default_rng([label, number])
    y, x = np.mgrid[:HEIGHT_PX, :WIDTH_PX].astype(np.float32)
    angle = np.pi * label / LABELS + rng.normal(0.0, 0.06)
    pace = (0.04 + 0.02 * (label % 3)) * rng.uniform(0.8, 1.25)
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * pace + rng.uniform(0, 6))
    colours = rng.integers(0, 256, (2, 3))
    picture = np.where(wave[..., None] > 0, colours[0], colours[1]).astype(np.float32)
    for _ in range(1 + label % 4):
        cx, cy, radius = rng.uniform((0, 0, 20), (WIDTH_PX, HEIGHT_PX, 90))
        inside = (x - cx) ** 2 + (y - cy) ** 2 < radius**2
        picture[inside] = rng.integers(0, 256, 3)
    picture += rng.normal(0.0, 6.0, picture.shape)
    return Image.fromarray(picture.clip(0, 255).astype(np.uint8))


def write_pictures(folder: Path, first: int, count: int) -> None:
    """Write some pictures of each label."""
    for label in range(LABELS):
        (folder / f"label-{label}").mkdir(parents=True, exist_ok=True)
        for number in range(first, first + count):
            draw(label, number).save(folder / f"label-{label}" / f"{number:03d}.jpg", quality=90)


def lesson(folder: Path, home: Path) -> dict[str, Any]:
    """Teach once in a fresh process; return its wait, CPU time and what it said."""
    command = [sys.executable, "-c", WITHOUT_TORCH, "teach", str(folder)]
    command += ["--name", "timed", "--replace", "--json"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        command,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"ANIMETER_HOME": str(home)},
    )
    wait_s = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = json.loads(done.stdout)
    return {
        "wait_s": round(wait_s, 2),
        "cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2),
        "pictures": told["pictures"],
        "known_before": told["known_before"],
        "accuracy": round(told["accuracy"]["value"], 4),
    }


def measure(folder: Path | None) -> dict[str, Any]:
    """Time the lessons."""
    with tempfile.TemporaryDirectory() as made:
        home, pictures = Path(made) / "home", Path(made) / "pictures"
        if folder is None:
            write_pictures(pictures, 0, PICTURES_A_LABEL)
        else:
            shutil.copytree(folder, pictures)
        figures = {"first": lesson(pictures, home), "again": lesson(pictures, home)}
        if folder is None:
            write_pictures(pictures, PICTURES_A_LABEL, MORE // LABELS)
            figures["ten_more"] = lesson(pictures, home)
    return figures


def main() -> None:
    """Measure, write the figures and say whether the limit holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="a folder of your own")
    parser.add_argument("--output", type=Path, default=ROOT / "docs/figures/teach-speed.json")
    options = parser.parse_args()
    lessons = measure(options.folder)
    load_1_min = os.getloadavg()[0]
    for name, figures in lessons.items():
        print(f"{name:<10}{figures}")
    within = lessons["first"]["wait_s"] <= LIMIT_S
    print(f"first lesson {'within' if within else 'OVER'} {LIMIT_S:g} s; load {load_1_min:.1f}")
    if options.folder is None:
        report = {
            "labels": LABELS,
            "limit_s": LIMIT_S,
            "cores": len(os.sched_getaffinity(0)),
            "load_1_min": round(load_1_min, 1),
            "python": platform.python_version(),
            "lessons": lessons,
        }
        options.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    if not within:
        sys.exit(1)


if __name__ == "__main__":
    main()
