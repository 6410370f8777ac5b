"""Splits keep franchises together, give each part its share, and are always the same."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animeter.datasets.checking.entries import Columns, Entry
from animeter.datasets.records import read_records
from animeter.datasets.splitting import (
    TOLERANCE,
    Plan,
    UnfairSplitError,
    split,
    split_manifest,
)
from animeter.domain.errors import OutputError
from tests.support.scenes import scene

EVEN = {"0": 0.25, "1": 0.25, "2": 0.25, "3": 0.25}
THREE = {"train": 0.8, "val": 0.1, "test": 0.1}


def entries(*franchises: tuple[str, str, int]) -> list[Entry]:
    """Make so many pictures of each franchise and label."""
    return [
        Entry(f"{group}/{label}{number}.jpg", Path("x"), label, group=group)
        for group, label, count in franchises
        for number in range(count)
    ]


sized = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 12)), min_size=20, max_size=40
).map(lambda rows: entries(*((f"show {i}", label, n) for i, (label, n) in enumerate(rows))))


@settings(max_examples=25, deadline=None)
@given(sized, st.sampled_from([EVEN, THREE]), st.integers(0, 3))
def test_a_split_is_fair_or_refused(some: list[Entry], shares: dict[str, float], seed: int) -> None:
    try:
        dealt = split(some, shares, seed)
    except UnfairSplitError:
        return  # what is refused, and why, is tested below
    where: dict[str, set[str]] = {}
    for entry, part in zip(some, dealt.part, strict=True):
        where.setdefault(entry.unit, set()).add(part)
    assert all(len(parts) == 1 for parts in where.values())
    counted = Counter((entry.label, part) for entry, part in zip(some, dealt.part, strict=True))
    for label, row in dealt.counts.items():
        total = sum(row.values())
        for part, share in shares.items():
            assert row[part] == counted[label, part] > 0
            assert abs(row[part] - share * total) <= max(TOLERANCE * share * total, 1)
    assert split(some, shares, seed) == dealt


def test_many_franchises_are_dealt_nearly_evenly() -> None:
    some = entries(*((f"show {i}", "ab"[i % 2], 5 + 7 * i % 40) for i in range(120)))
    dealt = split(some, EVEN)
    for row in dealt.counts.values():
        assert max(row.values()) <= 1.05 * min(row.values())
    assert split(some, EVEN, seed=1).part != dealt.part


def test_the_order_of_rows_does_not_matter() -> None:
    some = entries(*((f"show {i}", "ab"[i % 2], 3) for i in range(24)))
    forth = dict(zip((e.name for e in some), split(some, EVEN).part, strict=True))
    back = dict(zip((e.name for e in some[::-1]), split(some[::-1], EVEN).part, strict=True))
    assert forth == back


def test_too_few_franchises_of_a_label_are_refused_with_the_reason() -> None:
    some = entries(*((f"show {i}", "anime", 9) for i in range(9)), ("oggy", "cartoon", 80))
    with pytest.raises(UnfairSplitError, match=r"cartoon has 1\. Collect more"):
        split(some, EVEN)


def test_rare_labels_are_left_out_when_asked(tmp_path: Path) -> None:
    source = write(tmp_path, 12)
    source.write_text(source.read_text() + "0-0.png,neither,photo,,\n")
    output = tmp_path / "dealt.csv"
    with pytest.raises(UnfairSplitError, match="neither has 1"):
        split_manifest(source, Columns(), Plan("fold", EVEN), output)
    dealt = split_manifest(source, Columns(), Plan("fold", EVEN, leave_out_rare=True), output)
    assert set(dealt.counts) == {"anime", "cartoon"}
    assert read_records(output).rows[-1]["fold"] == ""


def test_one_franchise_that_is_too_large_is_refused_with_the_reason() -> None:
    some = entries(("giant", "anime", 900), *((f"show {i}", "anime", 5) for i in range(9)))
    with pytest.raises(UnfairSplitError, match="largest franchise has 900"):
        split(some, EVEN)


@pytest.mark.parametrize("shares", [{"all": 1.0}, {"a": 0.5, "b": 0.6}, {"a": 1.2, "b": -0.2}])
def test_shares_that_make_no_sense_are_refused(shares: dict[str, float]) -> None:
    with pytest.raises(UnfairSplitError, match=r"shares must|two parts"):
        split(entries(("a", "x", 5), ("b", "x", 5)), shares)


def test_pictures_without_a_label_go_nowhere() -> None:
    some = [*entries(*((f"show {i}", "anime", 4) for i in range(8))), Entry("q.jpg", Path("x"))]
    assert split(some, EVEN).part[-1] == ""
    with pytest.raises(UnfairSplitError, match="No picture has a label"):
        split(some[-1:], EVEN)


def test_what_is_the_same_stays_together_across_franchises() -> None:
    some = entries(*((f"show {i}", "anime", 2) for i in range(16)))
    same = list(range(len(some)))
    same[9] = same[0]  # one picture of show 4 is one of show 0
    dealt = split(some, EVEN, same=same)
    assert dealt.part[0] == dealt.part[1] == dealt.part[8] == dealt.part[9]


def write(folder: Path, shows: int) -> Path:
    lines = ["path,style,franchise,fold,note"]
    for show in range(shows):
        for number in range(2):
            name = f"{show}-{number}.png"
            scene(10 * show + number, (48, 32)).save(folder / name)
            lines.append(f"{name},{'anime' if show % 2 else 'cartoon'},show {show},7,kept")
    (folder / "m.csv").write_text("\n".join(lines) + "\n")
    return folder / "m.csv"


def test_a_manifest_keeps_its_columns_and_finds_its_pictures_from_elsewhere(
    tmp_path: Path,
) -> None:
    source = write(tmp_path, 12)
    output = tmp_path / "out" / "dealt.csv"
    dealt = split_manifest(source, Columns(), Plan("fold", EVEN, alike=True), output)
    written = read_records(output)
    assert written.columns == ("path", "style", "franchise", "fold", "note")
    assert [row["fold"] for row in written.rows] == list(dealt.part)
    assert all(written.picture(row).is_file() for row in written.rows)
    assert {row["note"] for row in written.rows} == {"kept"}
    with pytest.raises(OutputError, match="stays as it is"):
        split_manifest(source, Columns(), Plan("fold", EVEN), source)


def test_nearly_the_same_pictures_stay_together_when_asked(tmp_path: Path) -> None:
    source = write(tmp_path, 12)
    scene(0, (48, 32)).resize((40, 27)).save(tmp_path / "10-0.png")  # show 0's, now in show 10
    plan = Plan("split", {"a": 0.5, "b": 0.5}, alike=True)
    dealt = split_manifest(source, Columns(), plan, tmp_path / "dealt.csv")
    assert len(set(dealt.part[:2]) | set(dealt.part[20:22])) == 1
