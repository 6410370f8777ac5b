"""Times the search for near-duplicates among many pictures, and counts what it misses.

    python benchmarks/near_duplicates.py

Thumbnails are drawn with the spectrum of photographs and drawings (amplitude falling with
frequency), some of them as slightly changed copies of others. What the search finds is compared
with the copies that were made and, where there are few enough, with comparing all with all.
Writes `docs/figures/near_duplicates.json`.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np

from animeter.datasets.checking.looks import THUMBNAIL_BYTES, THUMBNAIL_PX
from animeter.datasets.checking.near_duplicates import (
    SAME_PICTURE,
    hash_layouts,
    layouts_of,
    same_picture_pairs,
)

ROOT = Path(__file__).resolve().parent.parent
COUNTS = (10_000, 100_000, 1_000_000)
MOST_OF_ALL_WITH_ALL = 20_000
COPIES = 0.05  # of the pictures
ROWS = 20_000


def draw(count: int, chance: np.random.Generator) -> np.ndarray:
    """Draw thumbnails [N, 768] whose amplitudes fall as 1 / frequency, as those of pictures do."""
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(THUMBNAIL_PX), np.fft.rfftfreq(THUMBNAIL_PX)))
    amplitude = 1.0 / np.maximum(frequency.T, 1.0 / THUMBNAIL_PX)
    thumbnails = np.empty((count, THUMBNAIL_BYTES), dtype=np.uint8)
    for start in range(0, count, ROWS):
        rows = min(ROWS, count - start)
        # Three colours that mostly rise and fall together.
        noise = chance.standard_normal((rows, 1, THUMBNAIL_PX, THUMBNAIL_PX), dtype=np.float32)
        own = chance.standard_normal((rows, 3, THUMBNAIL_PX, THUMBNAIL_PX), dtype=np.float32)
        waves = np.fft.irfft2(np.fft.rfft2(noise + 0.5 * own) * amplitude)
        waves *= chance.uniform(30, 70, (rows, 1, 1, 1)) / waves.std(axis=(1, 2, 3), keepdims=True)
        pixels = (waves + chance.uniform(90, 165, (rows, 1, 1, 1))).clip(0, 255)
        flat = pixels.transpose(0, 2, 3, 1).reshape(rows, -1)
        thumbnails[start : start + rows] = flat.astype(np.uint8)
    return thumbnails


def planted(count: int, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw thumbnails, and tell the pairs [P, 2] that were made alike and are within the bound."""
    copies = int(COPIES * count)
    originals = draw(count - copies, chance)
    changed = originals[:copies] + chance.normal(0, 1, (copies, THUMBNAIL_BYTES)) * chance.uniform(
        1, 16, (copies, 1)
    )
    thumbnails = np.concatenate([originals, changed.clip(0, 255).astype(np.uint8)])
    pairs = np.stack([np.arange(copies), count - copies + np.arange(copies)], axis=1)
    near = [
        (layouts_of(thumbnails[some[:, 0]]) * layouts_of(thumbnails[some[:, 1]])).sum(axis=1)
        for some in np.array_split(pairs, max(1, copies // ROWS))
    ]
    return thumbnails, pairs[np.concatenate(near) >= SAME_PICTURE]


def all_with_all(thumbnails: np.ndarray) -> np.ndarray:
    """Compare all with all."""
    layouts = layouts_of(thumbnails)
    found = []
    for start in range(0, len(layouts), 1024):
        near = np.argwhere(layouts[start : start + 1024] @ layouts.T >= SAME_PICTURE)
        near[:, 0] += start
        found.append(near[near[:, 0] < near[:, 1]])
    return np.concatenate(found)


def numbers(pairs: np.ndarray, count: int) -> np.ndarray:
    """Return a number for each pair."""
    return pairs[:, 0] * count + pairs[:, 1]


def measure(count: int) -> dict[str, float | int | None]:
    """Time one size."""
    thumbnails, made = planted(count, np.random.default_rng(count))
    start_s = time.perf_counter()
    hash_layouts(thumbnails)
    hashing_s = time.perf_counter() - start_s
    start_s, cpu_start_s = time.perf_counter(), time.process_time()
    found = numbers(same_picture_pairs(thumbnails), count)
    seconds, cpu_s = time.perf_counter() - start_s, time.process_time() - cpu_start_s
    row: dict[str, float | int | None] = {
        "pictures": count,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu_s, 2),
        "hashing_s": round(hashing_s, 2),
        "copies_within_the_bound": len(made),
        "found_of_them": round(float(np.isin(numbers(made, count), found).mean()), 5),
        "all_with_all_s": None,
        "found_of_all_pairs": None,
    }
    if count <= MOST_OF_ALL_WITH_ALL:
        start_s = time.perf_counter()
        every = numbers(all_with_all(thumbnails), count)
        row["all_with_all_s"] = round(time.perf_counter() - start_s, 2)
        row["found_of_all_pairs"] = round(float(np.isin(every, found).mean()), 5)
    return row


def main() -> None:
    """Measure every size and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS)
    parser.add_argument("--output", type=Path, default=ROOT / "docs/figures/near_duplicates.json")
    arguments = parser.parse_args()
    rows = []
    for count in arguments.counts:
        rows.append(measure(count))
        print(json.dumps(rows[-1]))
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps({"bound": SAME_PICTURE, "sizes": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
