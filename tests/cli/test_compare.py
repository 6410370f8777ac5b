"""`animeter compare`: what it refuses before it trains, and the names of recipes."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from animeter.cli.app import app
from tests.support.plain_recipe import write_plain_recipe

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--split", "fair"], "franchise and random"),
        (["--set", "training.batch_size"], "KEY=VALUE"),
        (["--only", "source"], "COLUMN=VALUE"),
        (["--epochs", "0"], "epochs"),
    ],
)
def test_wrong_usage_says_what_was_wanted(tmp_path: Path, arguments: list[str], said: str) -> None:
    recipe = write_plain_recipe(tmp_path)
    command = ["compare", str(tmp_path / "manifest.csv"), "--recipes", str(recipe), *arguments]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 2
    assert said in result.output


def test_a_name_stands_for_a_file_in_the_folder_of_recipes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_plain_recipe(tmp_path)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["compare", "manifest.csv", "--recipes", "no-such"])
    assert result.exit_code == 1
    assert "recipes/no-such.toml" in str(result.exception)


def test_a_folder_s_labels_are_its_folders(tmp_path: Path) -> None:
    recipe = write_plain_recipe(tmp_path)
    (tmp_path / "luffy").mkdir()
    command = ["compare", str(tmp_path), "--recipes", str(recipe), "--label", "series"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 2
    assert "leave --label out" in result.output
