"""Compares how many pictures a second Animeter and others classify, end to end from files.

    python benchmarks/throughput.py --keras-python path/to/python/with/tensorflow

All contenders (`contenders.py` says what each does) run on the same files and the same cores, one
process at a time, in turns; a contender's figure is its median over the rounds. Slow ones do as
many of the first pictures as their time allows. Beside Animeter stand its two limits, decoding
without the network and the network without decoding. Writes `docs/figures/throughput.json`.

Two sets of pictures: those of a folder, by default the training pictures (web thumbnails, which
are cheap to decode), and larger JPEGs that this file draws (1280 x 720, dear to decode).
"""

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
KERAS_SIZES_PX = {"keras_inception_resnet_v2": (75, 299), "keras_vgg19": (75,)}
LABELS = {
    "animeter": "Animeter, end to end",
    "decode_only": "limit: decoding alone",
    "network_only": "limit: the network alone",
    "timm_loop": "plain loop, PyTorch + timm mobilenetv2_100",
    "keras_inception_resnet_v2": "Keras InceptionResNetV2",
    "keras_vgg19": "Keras VGG19",
}


def draw_frames(folder: Path, count: int) -> list[Path]:
    """Draw JPEGs of 1280 x 720 with soft shapes, edges and grain, as frames have them."""
    paths = []
    for number in range(count):
        rng = np.random.default_rng(number)
        coarse = Image.fromarray(rng.integers(0, 256, (9, 16, 3), dtype=np.uint8))
        soft = np.asarray(coarse.resize((1280, 720), Image.Resampling.BICUBIC), dtype=np.int16)
        blocks = rng.integers(-40, 40, (18, 32, 1), dtype=np.int16).repeat(40, 0).repeat(40, 1)
        grain = rng.integers(-6, 7, (720, 1280, 1), dtype=np.int16)
        pixels = np.clip(soft + blocks + grain, 0, 255).astype(np.uint8)
        paths.append(folder / f"{number:04}.jpg")
        Image.fromarray(pixels).save(paths[-1], quality=88)
    return paths


def sample(folder: Path, count: int) -> list[Path]:
    """Choose pictures of a folder, the same ones every time."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".jpg", ".png"})
    return random.Random(0).sample(found, min(count, len(found)))


def contest(arguments: argparse.Namespace, size_px: int) -> list[tuple[str, int, str]]:
    """List who takes part: name, input size, interpreter."""
    ours = [(name, size_px, sys.executable) for name in ("animeter", "decode_only", "network_only")]
    torch = [("timm_loop", size_px, arguments.torch_python or sys.executable)]
    if arguments.keras_python is None:
        return ours + torch
    keras = [
        (name, size, arguments.keras_python)
        for name, sizes in KERAS_SIZES_PX.items()
        for size in sizes
    ]
    return ours + torch + keras


def run_one(name: str, size_px: int, python: str, listed: Path, budget_s: float) -> dict[str, Any]:
    """Run a contender in a process of its own and give its figures."""
    command = [python, str(ROOT / "benchmarks" / "contenders.py"), name, "--list", str(listed)]
    command += ["--size-px", str(size_px), "--budget-s", str(budget_s)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{name} at {size_px} px failed:\n{done.stderr[-2000:]}")
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def compare(paths: list[Path], arguments: argparse.Namespace, size_px: int) -> list[dict[str, Any]]:
    """Run every contender on the same files, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "paths.txt"
        listed.write_text("\n".join(map(str, paths)) + "\n", encoding="utf-8")
        taking_part = contest(arguments, size_px)
        runs: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for turn in range(arguments.rounds):
            for name, size, python in taking_part:
                figures = run_one(name, size, python, listed, arguments.budget_s)
                runs.setdefault((name, size), []).append(figures)
                rate = figures["pictures"] / figures["seconds"]
                print(f"  round {turn + 1}: {name} {size} px {rate:.1f}/s", file=sys.stderr)
    rows = [row_of(name, size, found) for (name, size), found in runs.items()]
    ours = rows[0]["pictures_per_s"]
    for row in rows:
        row["animeter_is_times_faster"] = round(ours / row["pictures_per_s"], 2)
    return rows


def row_of(name: str, size_px: int, runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Sum up a contender's rounds."""
    rates = [run["pictures"] / run["seconds"] for run in runs]
    return {
        "name": name,
        "label": LABELS[name],
        "size_px": size_px,
        "pictures_per_s": round(statistics.median(rates), 1),
        "rounds_per_s": [round(rate, 1) for rate in rates],
        "pictures": runs[0]["pictures"],
        "cpu_ms_per_picture": round(
            1000 * statistics.median(run["cpu_s"] / run["pictures"] for run in runs), 2
        ),
        "versions": runs[0]["versions"],
    }


def print_table(title: str, rows: list[dict[str, Any]]) -> None:
    """Print the rates and how many times faster Animeter is."""
    print(f"\n{title}")
    print(f"{'':<44}{'input':>8}{'a second':>10}{'ms of CPU':>11}{'Animeter is':>13}")
    for row in rows:
        print(
            f"{row['label']:<44}{row['size_px']:>5} px{row['pictures_per_s']:>10.1f}"
            f"{row['cpu_ms_per_picture']:>11.2f}{row['animeter_is_times_faster']:>10.2f} x"
        )
    rates = {row["name"]: row for row in rows}
    ours, decoding = rates["animeter"], rates["decode_only"]
    print(
        f"decoding takes {decoding['cpu_ms_per_picture'] / ours['cpu_ms_per_picture']:.0%} of "
        f"Animeter's CPU time; end to end it reaches "
        f"{ours['pictures_per_s'] / decoding['pictures_per_s']:.0%} of the decode-only limit"
    )


def processor() -> str:
    """Name the processor."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor()


def main() -> None:
    """Run the contest and write its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=ROOT.parent / "shared/data/images")
    parser.add_argument("--pictures", type=int, default=1504, help="of the folder, at most")
    parser.add_argument("--frames", type=int, default=384, help="to draw, 1280 x 720")
    parser.add_argument(
        "--model", type=Path, help="a bundle's folder; the built-in one unless given"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--budget-s", type=float, default=12.0, help="for a contender and round")
    parser.add_argument("--keras-python", help="interpreter with tensorflow; without it, no Keras")
    parser.add_argument(
        "--torch-python", help="interpreter with torch and timm; this one unless given"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "docs/figures/throughput.json")
    arguments = parser.parse_args()

    from animeter.inference.bundle import find_bundle
    from animeter.inference.classifier import usable_cores

    spec = find_bundle(arguments.model).spec
    if arguments.model is not None:
        os.environ["ANIMETER_BENCHMARK_MODEL"] = str(arguments.model.resolve())
    sets = {}
    with tempfile.TemporaryDirectory() as folder:
        if arguments.folder.is_dir():
            sets["thumbnails"] = sample(arguments.folder, arguments.pictures)
        sets["frames_1280x720"] = draw_frames(Path(folder), arguments.frames)
        results = {
            title: compare(paths, arguments, spec.input.size_px)
            for title, paths in sets.items()
            if paths
        }
    for title, rows in results.items():
        print_table(f"{title} ({len(sets[title])} pictures, {usable_cores()} cores)", rows)
    figures = {
        "command": "python benchmarks/throughput.py --keras-python ...",
        "model": spec.label,
        "processor": processor(),
        "cores": usable_cores(),
        "load_before": round(os.getloadavg()[0], 2),
        "rivals_weights": "random; they change nothing about speed",
        "sets": results,
    }
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
