"""Compares a bundle with its 8-bit form: pictures a second, from files to verdicts, on all cores.

    python benchmarks/eight_bits.py BUNDLE BUNDLE-8

BUNDLE-8 is what `animeter export RUN BUNDLE-8 --part PART --int8` wrote where BUNDLE is PART's own.
The two take turns, and each one's figure is its median over the rounds. What the 8 bits cost is in
the reports of `animeter evaluate` on both. Writes `docs/figures/eight_bits.json`.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

from throughput import processor, sample

import animeter
from animeter.inference.bundle import MODEL_FILE
from animeter.inference.classifier import usable_cores

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Run both in turns."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundle", type=Path)
    parser.add_argument("bundle_8", type=Path)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT.parent / "shared/data/images")
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=Path, default=ROOT / "docs/figures/eight_bits.json")
    arguments = parser.parse_args()
    paths = sample(arguments.folder, arguments.pictures)
    forms = {"float32": arguments.bundle, "int8": arguments.bundle_8}
    classifiers = {form: animeter.load(folder) for form, folder in forms.items()}
    rates: dict[str, list[float]] = {form: [] for form in forms}
    for turn in range(arguments.rounds):
        for form, classifier in classifiers.items():
            start_s = time.perf_counter()
            for _ in classifier.classify_many(paths):
                pass
            rates[form].append(len(paths) / (time.perf_counter() - start_s))
            print(f"  round {turn + 1}: {form}: {rates[form][-1]:.1f} a second", file=sys.stderr)
    rows = {
        form: {
            "pictures_per_s": round(statistics.median(rates[form]), 1),
            "bytes": (folder / MODEL_FILE).stat().st_size,
        }
        for form, folder in forms.items()
    }
    faster = rows["int8"]["pictures_per_s"] / rows["float32"]["pictures_per_s"]
    for form, row in rows.items():
        print(f"{form:<8} {row['pictures_per_s']:>7} a second, {row['bytes']:,} bytes")
    print(f"int8 is {faster:.2f} times as fast")
    figures = {
        "command": "python benchmarks/eight_bits.py BUNDLE BUNDLE-8",
        "model": classifiers["float32"].bundle.spec.label,
        "processor": processor(),
        "cores": usable_cores(),
        "pictures": len(paths),
        "rounds": arguments.rounds,
        **rows,
        "int8_is_times_faster": round(faster, 2),
    }
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
