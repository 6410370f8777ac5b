"""Which pictures a comparison is made on, and how they are dealt into folds."""

from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from animeter.datasets.manifest import read_manifest
from animeter.datasets.records import PATH, Records, moved, write_records
from animeter.domain.errors import FileMissingError, ManifestError
from animeter.lab.comparison.pictures import (
    AT_RANDOM,
    BY_FRANCHISE,
    FOLD,
    FOLDER_LABEL,
    STYLE,
    Split,
    choose_pictures,
    deal,
)

COLUMNS = (PATH, STYLE, "series", "franchise", FOLD, "content")


def manifest(folder: Path, columns: tuple[str, ...] = COLUMNS) -> Path:
    """Write 240 rows: two styles of 12 franchises of 10 pictures, dealt into three folds."""
    rows = []
    for number in range(240):
        show = number // 10
        style = ("anime", "cartoon")[show % 2]
        row = {PATH: f"{number}.png", STYLE: style, "series": f"show {show}"}
        rows.append(row | {"franchise": f"show {show}", FOLD: str(show // 2 % 3), "content": ""})
    extra = {"series": "show 0", "franchise": "show 0", FOLD: "0"}
    rows.append({PATH: "toy.png", STYLE: "anime", "content": "photo"} | extra)
    rows.append({PATH: "between.png", STYLE: "borderline", "content": "", FOLD: ""})
    path = folder / "manifest.csv"
    write_records(Records(columns, rows, folder), path)
    return path


def test_pictures_whose_style_cannot_be_believed_are_left_out(tmp_path: Path) -> None:
    chosen = choose_pictures(manifest(tmp_path), STYLE)
    names = {Path(row[PATH]).name for row in chosen.rows}
    assert len(names) == 240
    assert not names & {"toy.png", "between.png"}
    assert {chosen.picture(row).parent for row in chosen.rows} == {tmp_path}


def test_a_fold_that_is_no_number_is_named_and_not_minded_at_random(tmp_path: Path) -> None:
    path = manifest(tmp_path)
    path.write_text(path.read_text().replace("show 0,0,", "show 0,train,"))
    chosen = choose_pictures(path, STYLE)
    with pytest.raises(ManifestError, match=r"^0\.png has the fold 'train'; wanted a number"):
        deal(chosen, STYLE, BY_FRANCHISE)
    assert {row[FOLD] for row in deal(chosen, STYLE, AT_RANDOM).rows} == {"0", "1", "2", "3"}


def test_fewer_pictures_keep_the_shares_and_are_always_the_same(tmp_path: Path) -> None:
    path = manifest(tmp_path)
    chosen = choose_pictures(path, STYLE, 60)
    assert chosen == choose_pictures(path, STYLE, 60)
    assert Counter(row[STYLE] for row in chosen.rows) == {"anime": 30, "cartoon": 30}
    assert Counter(row[FOLD] for row in chosen.rows) == {"0": 20, "1": 20, "2": 20}
    by_show = Counter(row["series"] for row in chosen.rows)
    assert len(by_show) == 24
    assert max(by_show.values()) <= 3


def test_both_splits_deal_the_same_pictures_into_as_many_folds(tmp_path: Path) -> None:
    chosen = choose_pictures(manifest(tmp_path), STYLE)
    fair, at_random = (
        Split(tmp_path / name, deal(chosen, STYLE, name), (0,))
        for name in (BY_FRANCHISE, AT_RANDOM)
    )
    assert [row[PATH] for row in fair.records.rows] == [row[PATH] for row in at_random.records.rows]
    assert fair.folds() == at_random.folds() == {0, 1, 2}
    assert Counter(row[STYLE] for row in at_random.inside(0)) == {"anime": 40, "cartoon": 40}
    assert len(at_random.trained_on(0)) == 160
    assert fair.figures()["held_out_of_known_franchises"] == 0
    assert at_random.figures() == {
        "folds": 3,
        "held_out": 80,
        "held_out_of_known_franchises": 80,
    }


def test_a_split_is_written_as_a_manifest_that_training_reads(tmp_path: Path) -> None:
    chosen = choose_pictures(manifest(tmp_path), STYLE, 30)
    folder = tmp_path / "random"
    split = Split(folder, moved(deal(chosen, STYLE, AT_RANDOM), folder), (1,))
    split.write()
    rows = read_manifest(split.manifest)
    assert {row.path for row in rows if row.fold == 1} == {
        split.records.picture(row) for row in split.inside(1)
    }
    assert rows[0].path.resolve().parent == tmp_path.resolve()
    assert not Path(rows[0].name).is_absolute()


def test_pictures_can_be_chosen_by_other_columns(tmp_path: Path) -> None:
    only = {"content": "", FOLD: "1"}
    chosen = choose_pictures(manifest(tmp_path), STYLE, only=only)
    assert {row[FOLD] for row in chosen.rows} == {"1"}
    assert len(chosen.rows) == 80


def test_any_column_can_be_told(tmp_path: Path) -> None:
    chosen = choose_pictures(manifest(tmp_path), "series")
    assert len(chosen.rows) == 241
    dealt = deal(chosen, "series", AT_RANDOM)
    folds = Counter(row[FOLD] for row in dealt.rows if row["series"] == "show 3")
    assert set(folds.values()) <= {3, 4}


def test_folders_are_labels_and_can_only_be_dealt_at_random(tmp_path: Path) -> None:
    for number in range(20):
        path = tmp_path / ("luffy", "zoro")[number % 2] / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (8, 8)).save(path)
    chosen = choose_pictures(tmp_path, FOLDER_LABEL)
    assert Counter(row[FOLDER_LABEL] for row in chosen.rows) == {"luffy": 10, "zoro": 10}
    dealt = deal(chosen, FOLDER_LABEL, AT_RANDOM)
    assert Counter((row[FOLD], row[FOLDER_LABEL]) for row in dealt.rows).most_common()[0][1] == 2
    with pytest.raises(ManifestError, match="animeter data split"):
        deal(chosen, FOLDER_LABEL, BY_FRANCHISE)


def test_what_cannot_be_compared_on_says_why(tmp_path: Path) -> None:
    with pytest.raises(FileMissingError, match="nowhere"):
        choose_pictures(tmp_path / "nowhere.csv", STYLE)
    path = manifest(tmp_path)
    with pytest.raises(ManifestError, match=r"no column 'mood', but path, style"):
        choose_pictures(path, "mood")
    with pytest.raises(ManifestError, match="no column 'mood'"):
        choose_pictures(path, STYLE, only={"mood": "gloomy"})
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line for line in lines if ",cartoon," not in line) + "\n")
    with pytest.raises(ManifestError, match="fewer than two labels"):
        choose_pictures(path, STYLE)
