"""What is found in folders that are drawn with every flaw, and what a cleaned manifest keeps."""

from pathlib import Path

import pytest

from animeter.datasets.checking.cleaning import clean
from animeter.datasets.checking.copies import Copies, find_copies
from animeter.datasets.checking.entries import Columns, Entry, entries_of, records_of
from animeter.datasets.checking.findings import Finding, findings_of
from animeter.datasets.checking.leaks import find_leaks
from animeter.datasets.checking.looks import Look, look_at_all
from animeter.datasets.records import Records
from tests.support.leaky_folders import COPIED, PICTURES, SHOWS, draw_leaky_folders

Seen = tuple[Records, list[Entry], list[Look], Copies]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder = tmp_path_factory.mktemp("leaky")
    records = records_of(draw_leaky_folders(folder / "pictures"))
    entries = entries_of(records, Columns().found_in(records.columns))
    looks = look_at_all([entry.path for entry in entries], folder / "looks.sqlite")
    return records, entries, looks, find_copies(looks)


def found_in(seen: Seen) -> dict[str, Finding]:
    _, entries, looks, copies = seen
    found = findings_of(entries, looks, copies, find_leaks(entries, looks, copies))
    return {finding.kind: finding for finding in found}


def names(finding: Finding) -> list[set[str]]:
    return [{Path(name).name for name in case.pictures} for case in finding.cases]


@pytest.mark.slow
def test_every_flaw_is_found_and_nothing_else(seen: Seen) -> None:
    found = found_in(seen)
    assert set(found) == {
        "unreadable",
        "blank",
        "tiny",
        "two_labels",
        "one_file_in_two_parts",
        "framed",
        "blurred",
    }
    for kind, name in {
        "unreadable": "broken.jpg",
        "blank": "blank.png",
        "tiny": "tiny.png",
        "framed": "framed.png",
        "blurred": "blurred.png",
    }.items():
        assert names(found[kind]) == [{name}]
    assert names(found["two_labels"]) == [{"claimed.png", "claimed-too.jpg"}]
    leaked = found["one_file_in_two_parts"].cases
    assert len(leaked) == COPIED * len(SHOWS)
    assert {case.note for case in leaked} == {"test and train"}


@pytest.mark.slow
def test_a_cleaned_manifest_keeps_the_test_and_loses_what_leaks_into_it(seen: Seen) -> None:
    records, entries, looks, copies = seen
    kept, removed = clean(records, entries, looks, copies)
    by_split = [row["split"] for row in kept.rows]
    assert by_split.count("test") == COPIED * len(SHOWS)
    # Of oggy's flawed ones the blurred and the framed stay: they are a matter of taste.
    assert by_split.count("train") == (PICTURES - COPIED) * len(SHOWS) + 2
    reasons = {Path(one.name).name: one.reason for one in removed if one.reason != "copies"}
    assert reasons == {
        "broken.jpg": "unreadable",
        "blank.png": "blank",
        "tiny.png": "tiny",
        "claimed.png": "two_labels",
        "claimed-too.jpg": "two_labels",
    }
    copied = [one for one in removed if one.reason == "copies"]
    assert all(one.kept == one.name.replace("train", "test") for one in copied)


@pytest.mark.slow
def test_a_cleaned_manifest_has_nothing_that_must_be_looked_at(seen: Seen) -> None:
    records, entries, looks, copies = seen
    kept, _ = clean(records, entries, looks, copies)
    left = {row["path"] for row in kept.rows}
    rest = [(entry, look) for entry, look in zip(entries, looks, strict=True) if entry.name in left]
    looks = [look for _, look in rest]
    found = found_in((kept, [entry for entry, _ in rest], looks, find_copies(looks)))
    assert set(found) == {"framed", "blurred"}


def test_labels_are_counted() -> None:
    entries = [
        Entry(f"{label}{number}", Path("x"), label)
        for label, count in (("many", 80), ("some", 15), ("few", 3))
        for number in range(count)
    ]
    looks = [Look("file_missing", "gone")] * len(entries)
    copies = find_copies(looks)
    found = findings_of(entries, looks, copies, find_leaks(entries, looks, copies))
    said = {finding.kind: [case.note for case in finding.cases] for finding in found}
    assert said["few_pictures"] == ["few: 3"]
    assert said["unbalanced"] == ["many: 80; few: 3"]
    assert len(said["unreadable"]) == len(entries)


def test_a_franchise_in_two_parts_is_told_with_its_counts() -> None:
    entries = [
        Entry(f"{part}{number}", Path("x"), "anime", part, "Naruto")
        for part, count in (("0", 3), ("1", 2))
        for number in range(count)
    ]
    looks = [Look("file_missing", "gone")] * len(entries)
    copies = find_copies(looks)
    found = findings_of(entries, looks, copies, find_leaks(entries, looks, copies))
    said = {finding.kind: [case.note for case in finding.cases] for finding in found}
    assert said["franchise_in_two_parts"] == ["Naruto: 3 in fold 0, 2 in fold 1"]
