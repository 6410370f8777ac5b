"""What `animeter train` says before it trains."""

from pathlib import Path

import pytest

from tests.cli.conftest import Program
from tests.support.tiny_label_recipe import write_label_recipe
from tests.support.tiny_recipe import write_recipe


@pytest.mark.slow
def test_strict_refuses_folds_that_leak_before_any_training(run: Program, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path)
    rows = (tmp_path / "manifest.csv").read_text(encoding="utf-8")
    torn = rows.replace("anime 1,anime 1,1", "anime 0,anime 0,1", 1)
    assert torn != rows
    (tmp_path / "manifest.csv").write_text(torn, encoding="utf-8")
    done = run("train", str(recipe), "--run", str(tmp_path / "run"), "--strict")
    assert done.returncode == 1
    assert b"franchises in two parts: 1 (anime 0)" in done.stderr
    assert (tmp_path / "run" / "leaks.json").is_file()
    assert not (tmp_path / "run" / "final").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--label", "mood"], "data.label is for a manifest"),
        (["--data", "m.csv", "--label", "mood"], "data.label is 'mood', but"),
        (["--set", "training.epoch=3"], "training.epoch: Extra inputs"),
    ],
)
def test_what_cannot_be_trained_on_is_said_before_any_training(
    run: Program, tmp_path: Path, options: list[str], said: str
) -> None:
    recipe = write_label_recipe(tmp_path)
    (tmp_path / "m.csv").write_text("path,series\na.png,A\n", encoding="utf-8")
    done = run("train", str(recipe), "--run", "run", *options)
    assert done.returncode == 1
    assert said in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert not (tmp_path / "run" / "final").exists()


@pytest.mark.slow
def test_a_recipe_trains_on_other_pictures_with_other_settings(
    run: Program, tmp_path: Path
) -> None:
    recipe = write_label_recipe(tmp_path)
    (tmp_path / "others").mkdir()
    for label, other in (("blocks", "A"), ("noise", "B")):
        (tmp_path / "pictures" / label).rename(tmp_path / "others" / other)
    more = ["--set", "training.epochs=1", "--set", "data.folds=3", "--part", "fold-2"]
    done = run("train", str(recipe), "--data", "others", "--run", "run", *more)
    assert done.returncode == 0, done.stderr.decode()
    assert (tmp_path / "run" / "fold-2" / "log.csv").read_text().count("\n") == 2
    header = (tmp_path / "run" / "fold-2" / "out_of_fold.csv").read_text().splitlines()[0]
    assert header == "path,fold,label,A,B"
