"""Compares ways of sharing the cores between decoding and the network.

    python benchmarks/threads.py pictures/

`Classifier` lets every worker decode a small batch and run the network on it in one thread. The
other way is a pool of decoding threads that feeds one network with as many threads as there are
cores, which wait for each other spinning or asleep. CPU time tells more than the rate where the
machine has other work. Writes `docs/figures/threads.json`.
"""

import argparse
import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
import onnxruntime as ort

from animeter.inference.bundle import find_bundle
from animeter.inference.classifier import Classifier, usable_cores
from animeter.media.formats import PICTURE_SUFFIXES
from animeter.media.images import read_image

ROOT = Path(__file__).resolve().parent.parent
BATCH = 16
Layout = Callable[[list[Path]], None]


def side_by_side(classifier: Classifier) -> Layout:
    """What the package does."""

    def run(paths: list[Path]) -> None:
        for _ in classifier.classify_many(paths):
            pass

    return run


def feeding_one(classifier: Classifier, threads: int, spinning: bool) -> Layout:
    """Decoding threads that feed one network of several threads."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", str(int(spinning)))
    session = ort.InferenceSession(
        classifier.bundle.read_model(), options, providers=["CPUExecutionProvider"]
    )
    size_px = classifier.bundle.spec.input.size_px

    def decoded(paths: list[Path]) -> Iterator[np.ndarray]:
        left = iter(paths)
        with ThreadPoolExecutor(usable_cores()) as pool:

            def submit(path: Path) -> "Future[np.ndarray]":
                return pool.submit(lambda: read_image(path, shrink_to_px=size_px).rgb)

            waiting = deque(submit(path) for path in islice(left, 3 * BATCH))
            while waiting:
                yield waiting.popleft().result()
                waiting.extend(submit(path) for path in islice(left, 1))

    def run(paths: list[Path]) -> None:
        pixels = decoded(paths)
        while batch := list(islice(pixels, BATCH)):
            session.run(None, {"image": np.stack(batch)})

    return run


def main() -> None:
    """Time every layout in turns, and keep each one's best round."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", help="the built-in one unless given")
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=ROOT / "docs/figures/threads.json")
    arguments = parser.parse_args()
    classifier = Classifier(find_bundle(arguments.model))
    cores = usable_cores()
    layouts = {
        "side by side, one thread each": side_by_side(classifier),
        f"feeding one network of {cores} threads, asleep": feeding_one(classifier, cores, False),
        f"feeding one network of {cores} threads, spinning": feeding_one(classifier, cores, True),
        "feeding one network of 1 thread": feeding_one(classifier, 1, False),
    }
    found = (p for p in sorted(arguments.folder.rglob("*")) if p.suffix.lower() in PICTURE_SUFFIXES)
    paths = list(islice(found, arguments.pictures))
    best: dict[str, dict[str, float]] = {}
    for _ in range(arguments.rounds):
        for name, run in layouts.items():
            run(paths[:BATCH])
            start_s, cpu_start_s = time.perf_counter(), time.process_time()
            run(paths)
            seconds, cpu_s = time.perf_counter() - start_s, time.process_time() - cpu_start_s
            rate = len(paths) / seconds
            if name not in best or rate > best[name]["pictures_per_s"]:
                best[name] = {
                    "pictures_per_s": round(rate, 1),
                    "cpu_ms_per_picture": round(1000 * cpu_s / len(paths), 2),
                }
    for name, row in best.items():
        print(f"{name:<48}{row['pictures_per_s']:>8} a second{row['cpu_ms_per_picture']:>8} ms CPU")
    figures = {"cores": cores, "pictures": len(paths), "best_of": arguments.rounds, "layouts": best}
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
