"""Which pictures a task of exclusive labels has, and in which folds."""

import csv
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from animeter.datasets.manifest import ManifestRow
from animeter.domain.errors import ManifestError, RecipeError
from animeter.lab.labels.rows import label_rows, refuse_untaught
from animeter.lab.recipe import DataRecipe, read_recipe
from animeter.lab.runs import folds_of, training_rows, trusted_rows
from tests.support.tiny_label_recipe import LABELS, PICTURES, write_label_recipe
from tests.support.tiny_recipe import write_recipe


def _manifest(folder: Path, rows: list[dict[str, str]]) -> Path:
    for row in rows:
        (folder / row["path"]).write_bytes(row["path"].encode())
    path = folder / "manifest.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_any_column_is_a_label_and_rows_without_one_are_passed_over(tmp_path: Path) -> None:
    mood = ["sad", "gay", "", "sad", "gay", "rare"]
    path = _manifest(tmp_path, [{"path": f"{i}.png", "mood": one} for i, one in enumerate(mood)])
    rows = label_rows(DataRecipe(manifest=path, label="mood"))
    assert [row.label for row in rows] == ["sad", "gay", "sad", "gay"]
    assert rows[0].path == tmp_path / "0.png"
    every = label_rows(DataRecipe(manifest=path, label="mood", min_pictures=1))
    assert {row.label for row in every} == {"sad", "gay", "rare"}


def test_of_styles_what_is_not_drawn_as_filed_and_what_is_borderline_stay_out(
    tmp_path: Path,
) -> None:
    write_recipe(tmp_path)
    manifest = tmp_path / "manifest.csv"
    styles = label_rows(DataRecipe(manifest=manifest, label="style"))
    assert {row.label for row in styles} == {"anime", "cartoon", "neither"}
    assert "toy.png" not in {row.name for row in styles}
    series = label_rows(DataRecipe(manifest=manifest, label="series"))
    assert "toy.png" in {row.name for row in series}


def test_the_manifests_own_folds_are_kept_unless_others_are_asked_for(tmp_path: Path) -> None:
    rows = [{"path": f"{i}.png", "mood": "ab"[i % 2], "fold": str(i // 4)} for i in range(12)]
    path = _manifest(tmp_path, rows)
    own = label_rows(DataRecipe(manifest=path, label="mood"))
    assert [row.fold for row in own] == [i // 4 for i in range(12)]
    dealt = label_rows(DataRecipe(manifest=path, label="mood", folds=2))
    assert {row.fold for row in dealt} == {0, 1}


def test_dealt_folds_share_out_every_label_and_keep_one_file_together(tmp_path: Path) -> None:
    recipe = read_recipe(write_label_recipe(tmp_path))
    twin = tmp_path / "pictures" / "noise" / "twin.png"
    shutil.copy(tmp_path / "pictures" / "noise" / "00.png", twin)
    rows = label_rows(recipe.data)
    assert rows == label_rows(recipe.data)
    counts = Counter((row.label, row.fold) for row in rows)
    assert all(abs(counts[label, 0] - counts[label, 1]) <= 2 for label in LABELS)
    by_name = {row.name: row for row in rows}
    one, other = by_name["noise/00.png"], by_name["noise/twin.png"]
    assert (one.fold, one.franchise) == (other.fold, other.franchise)
    folds: dict[str, set[int | None]] = defaultdict(set)
    for row in rows:
        folds[row.franchise].add(row.fold)
    assert all(len(found) == 1 for found in folds.values())


def test_a_folds_network_learns_from_the_other_folds_alone(tmp_path: Path) -> None:
    recipe = read_recipe(write_label_recipe(tmp_path, data='leave_out = "out.txt"'))
    (tmp_path / "out.txt").write_text("blocks/03.png\n", encoding="utf-8")
    trusted = trusted_rows(recipe)
    assert folds_of(trusted) == [0, 1]
    assert len(trusted) == len(LABELS) * PICTURES
    shown = {row.name for row in training_rows(recipe, 0)}
    assert shown == {row.name for row in trusted if row.fold == 1} - {"blocks/03.png"}
    assert len(training_rows(recipe)) == len(trusted) - 1


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"label": "moods"}, "moods.*path, mood"),
        ({"label": "mood", "min_pictures": 9}, "'sad' with 3"),
        ({"label": "void"}, "void"),
    ],
)
def test_labels_that_are_not_there_are_named(
    tmp_path: Path, data: dict[str, object], named: str
) -> None:
    rows = [{"path": f"{i}.png", "mood": "sad", "void": ""} for i in range(3)]
    path = _manifest(tmp_path, rows)
    with pytest.raises((RecipeError, ManifestError), match=named):
        label_rows(DataRecipe.model_validate({"manifest": path, **data}))


def test_a_missing_picture_is_named_before_any_training(tmp_path: Path) -> None:
    path = _manifest(tmp_path, [{"path": f"{i}.png", "mood": "sad"} for i in range(3)])
    (tmp_path / "1.png").unlink()
    with pytest.raises(RecipeError, match=r"1 pictures .*1\.png"):
        label_rows(DataRecipe(manifest=path, label="mood"))


def test_a_held_out_label_that_nothing_teaches_is_refused() -> None:
    rows = [ManifestRow(Path(label), label, "", label=label) for label in "abc"]
    refuse_untaught(rows, rows[:2])
    with pytest.raises(RecipeError, match=r"'c'.*data\.folds"):
        refuse_untaught(rows[:2], rows)
