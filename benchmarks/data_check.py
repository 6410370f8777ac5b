"""Runs `animeter data check` on real pictures, on a leaky copy of some, and on planted mistakes.

    python benchmarks/data_check.py ../shared/data --run runs/default

The leaky copy is laid out as the first public anime-or-cartoon set is: `train/` and `test/` with a
folder for each show, and every test file in the training folder too. For the planted mistakes, one
label in twenty is replaced by another one, five times. Writes `docs/figures/data-check.json`.
"""

import argparse
import csv
import json
import random
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from animeter.datasets.checking.copies import find_copies
from animeter.datasets.checking.entries import Columns, Entry, entries_of, records_of
from animeter.datasets.checking.looks import FILE as LOOKS_FILE
from animeter.datasets.checking.looks import look_at_all
from animeter.datasets.checking.near_duplicates import (
    SAME_PICTURE,
    layouts_of,
    same_picture_pairs,
    thumbnails_of,
)
from animeter.lab.data_check import Request, check_data
from animeter.lab.data_suspects import doubted_by_teaching

ROOT = Path(__file__).resolve().parent.parent
SHOWS, PICTURES, COPIED = 12, 40, 8
ROUNDS, SHARE_WRONG = 5, 0.05
ROWS = 1024


class Silent:
    """Watches nothing."""

    def expect(self, pictures: int) -> None:
        """Hear how many pictures there will be."""

    def begin(self, stage: str) -> None:
        """Hear what is being done."""

    def advance(self, pictures: int) -> None:
        """Hear how many are done."""


def counted(report: dict[str, Any]) -> dict[str, Any]:
    """Return what a document quotes of a report."""
    return {
        "pictures": report["pictures"],
        "found": {finding["kind"]: finding["count"] for finding in report["findings"]},
        "shortcuts": {
            row["trait"].replace(" ", "_"): row["balanced_accuracy"] for row in report["shortcuts"]
        },
        "kept": report["cleaned"]["rows"],
    }


def check(source: Path, work: Path, **asked: Any) -> dict[str, Any]:
    """Check pictures and time it."""
    start_s, cpu_start_s = time.perf_counter(), time.process_time()
    request = Request(source, cleaned=work / "cleaned.csv", **asked)
    figures = counted(check_data(request, work, Silent()))
    figures["cpu_s"] = round(time.process_time() - cpu_start_s, 1)
    figures["seconds"] = round(time.perf_counter() - start_s, 1)
    return figures


def copy_leaky(data: Path, folder: Path) -> Path:
    """Copy some shows into `train/`, and some of these files into `test/` as well."""
    shutil.rmtree(folder, ignore_errors=True)
    by_show: dict[str, list[str]] = {}
    with (data / "manifest.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["series"]:
                by_show.setdefault(row["series"], []).append(row["path"])
    large = sorted(show for show, paths in by_show.items() if len(paths) >= PICTURES)
    chance = random.Random(0)
    for show in chance.sample(large, SHOWS):
        train, test = (
            folder / side / Path(by_show[show][0]).parent.name for side in ("train", "test")
        )
        for side in (train, test):
            side.mkdir(parents=True)
        some = chance.sample(by_show[show], PICTURES)
        for path in some:
            shutil.copyfile(data / path, train / Path(path).name)
        for path in some[:COPIED]:
            shutil.copyfile(data / path, test / Path(path).name)
    return folder


def plant(entries: Sequence[Entry], chance: random.Random) -> tuple[list[Entry], set[str]]:
    """Replace some labels by others, and tell of which pictures."""
    labels = sorted({entry.label for entry in entries})
    wrong = set(chance.sample(range(len(entries)), round(SHARE_WRONG * len(entries))))
    planted = [
        replace(entry, label=chance.choice([label for label in labels if label != entry.label]))
        if number in wrong
        else entry
        for number, entry in enumerate(entries)
    ]
    return planted, {entries[number].name for number in wrong}


def planted_mistakes(folder: Path, work: Path) -> dict[str, Any]:
    """Count how many planted mistakes are doubted, and how much else is."""
    records = records_of(folder)
    entries = entries_of(records, Columns().found_in(records.columns))
    copies = find_copies(look_at_all([entry.path for entry in entries], work / "planted.sqlite"))
    tally: Counter[str] = Counter()
    for seed in range(ROUNDS):
        some, wrong = plant(entries, random.Random(seed))
        cases = doubted_by_teaching(some, copies, None, work / "planted", Silent())
        doubted = {case.pictures[0] for case in cases}
        tally.update(wrong=len(wrong), doubted=len(doubted), found=len(wrong & doubted))
    return {
        "pictures": len(entries),
        "share_wrong": SHARE_WRONG,
        "rounds": ROUNDS,
        "share_found": tally["found"] / tally["wrong"],
        "share_of_doubted_that_are_wrong": tally["found"] / tally["doubted"],
    }


def search_against_all(manifest: Path, database: Path) -> dict[str, int]:
    """Count the pairs that comparing all with all finds, and those that the search finds."""
    records = records_of(manifest)
    looks = look_at_all([records.picture(row) for row in records.rows], database)
    thumbnails = thumbnails_of(looks)
    layouts = layouts_of(thumbnails)
    every = {
        (start + int(one), int(other))
        for start in range(0, len(layouts), ROWS)
        for one, other in np.argwhere(layouts[start : start + ROWS] @ layouts.T >= SAME_PICTURE)
        if start + one < other
    }
    found = {(int(one), int(other)) for one, other in same_picture_pairs(thumbnails)}
    return {"pairs": len(every), "found": len(every & found)}


def main() -> None:
    """Measure all three and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="a folder with manifest.csv")
    parser.add_argument("--run", type=Path, help="a run of `train --folds` on these pictures")
    parser.add_argument("--work", type=Path, default=ROOT / "runs" / "data-check")
    parser.add_argument("--output", type=Path, default=ROOT / "docs/figures/data-check.json")
    arguments = parser.parse_args()
    work = arguments.work
    leaky = copy_leaky(arguments.data, work / "leaky")
    figures = {
        "real": check(
            arguments.data / "manifest.csv",
            work / "real",
            ask_model=False,
            folds_run=arguments.run,
        ),
        "search": search_against_all(arguments.data / "manifest.csv", work / "real" / LOOKS_FILE),
        "leaky": check(leaky, work / "leaky-report"),
        "planted": planted_mistakes(leaky / "train", work),
    }
    print(json.dumps(figures, indent=1))
    arguments.output.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
