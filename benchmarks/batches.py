"""Compares how many pictures a network should be run on at once, on the processor.

    python benchmarks/batches.py

As many threads as there are cores run the model on pixels that are in memory, each on batches of
its own. Every size is run in a process of its own, the sizes take turns, and a size's figures are
its medians over the rounds; memory is what a process held at most, less what it held before it ran
the network. Writes `docs/figures/batches.json`.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime as ort
from throughput import processor, sample

from animeter.inference.bundle import find_bundle
from animeter.inference.classifier import usable_cores
from animeter.inference.network import INPUT
from animeter.media.images import read_image

ROOT = Path(__file__).resolve().parent.parent
SIZES = (1, 2, 4, 8, 16)


def most_mib() -> float:
    """Return the memory that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run_one(size: int, arguments: argparse.Namespace) -> dict[str, float]:
    """Run the model in batches of a size on all cores, and give rate and memory."""
    bundle, cores = find_bundle(arguments.model), usable_cores()
    paths = sample(arguments.folder, arguments.pictures)
    side_px = bundle.spec.input.size_px
    pixels = np.stack([read_image(path, shrink_to_px=side_px).rgb for path in paths])
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(bundle.read_model(), options, providers=["CPUExecutionProvider"])

    def work(_: int) -> None:
        for start in range(0, len(pixels), size):
            session.run(None, {INPUT: pixels[start : start + size]})

    before_mib, start_s = most_mib(), time.perf_counter()
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(work, range(cores)))
    seconds = time.perf_counter() - start_s
    return {"per_s": cores * len(pixels) / seconds, "mib": most_mib() - before_mib}


def main() -> None:
    """Run every size in turns."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT.parent / "shared/data/images")
    parser.add_argument("--model", help="the built-in one unless given")
    parser.add_argument("--pictures", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=Path, default=ROOT / "docs/figures/batches.json")
    parser.add_argument("--size", type=int, help="run this size alone, and print its figures")
    arguments = parser.parse_args()
    if arguments.size:
        print(json.dumps(run_one(arguments.size, arguments)))
        return
    found: dict[int, list[dict[str, float]]] = {size: [] for size in SIZES}
    for turn in range(arguments.rounds):
        for size, runs in found.items():
            command = [sys.executable, __file__, *sys.argv[1:], "--size", str(size)]
            runs.append(json.loads(subprocess.check_output(command)))
            print(f"  round {turn + 1}: batches of {size}: {runs[-1]}", file=sys.stderr)
    rows = [
        {
            "batch": size,
            "pictures_per_s": round(statistics.median(run["per_s"] for run in runs), 1),
            "memory_mib": round(statistics.median(run["mib"] for run in runs)),
        }
        for size, runs in found.items()
    ]
    for row in rows:
        print(
            "batches of {batch:>2}: {pictures_per_s:>7} a second, {memory_mib:>4} MiB".format(**row)
        )
    figures = {
        "command": "python benchmarks/batches.py",
        "model": find_bundle(arguments.model).spec.label,
        "processor": processor(),
        "cores": usable_cores(),
        "pictures": arguments.pictures,
        "rounds": arguments.rounds,
        "sizes": rows,
    }
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
