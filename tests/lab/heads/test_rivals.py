"""A head and a network for its task alone, asked about the same pictures."""

from pathlib import Path

import pytest

from animeter.datasets.checking import near_duplicates
from animeter.datasets.records import PATH, read_records
from animeter.domain.errors import TeachingError
from animeter.lab.heads.builtin_heads import Pictures, gather
from animeter.lab.heads.rivals import HELD_OUT, Budget, compare_with_rivals
from animeter.lab.labels.predictions import read_label_predictions
from animeter.lab.runs import Run
from tests.support.plain_recipe import write_plain_recipe
from tests.support.run_with_heads import PICTURES, SHOWS, write_run
from tests.support.tiny_bundle import make_tiny_bundle

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def nothing_is_a_near_duplicate(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounds are for real pictures: drawn as here, all pictures of a show are the same."""
    monkeypatch.setattr(near_duplicates, "SAME_EMBEDDING", 1.1)
    monkeypatch.setattr(near_duplicates, "SAME_LAYOUT", 1.1)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return write_run(tmp_path / "made")


@pytest.fixture
def pictures(tmp_path: Path, run: Run) -> Pictures:
    model = make_tiny_bundle(tmp_path / "models" / "shipped")
    return gather(run, str(model.folder), tmp_path / "work", lambda _: None)


@pytest.fixture
def budget(tmp_path: Path) -> Budget:
    (tmp_path / "rival").mkdir()
    return Budget((write_plain_recipe(tmp_path / "rival"),), epochs=1, threads=1)


@pytest.mark.parametrize("head", ["series", "type"])
def test_both_are_asked_about_the_same_pictures_and_a_later_call_goes_on(
    tmp_path: Path, run: Run, pictures: Pictures, budget: Budget, head: str
) -> None:
    output = tmp_path / "out"
    folder = run.recipe.data.source.parent

    def compared() -> dict[str, object]:
        return compare_with_rivals(pictures, folder, head, budget, output, lambda _: None)

    report = compared()
    rows = read_records(output / head / "franchise" / "manifest.csv").rows
    held_out = [row for row in rows if row["fold"] == str(HELD_OUT)]
    said = read_label_predictions([output / head / "franchise/cnn/fold-0/out_of_fold.csv"])
    assert set(said.names) == {row[PATH] for row in held_out}
    assert report["head"]["pictures"] == len(held_out)  # type: ignore[index]
    assert report["rivals"]["cnn"]["worth"]["pictures"] == len(held_out)  # type: ignore[index]

    shows_of = [
        {row["path"].split("/")[-1].split("-")[0] for row in part}
        for part in (held_out, [row for row in rows if row not in held_out])
    ]
    if head == "type":
        assert not shows_of[0] & shows_of[1]
    else:
        assert set(SHOWS) <= shows_of[0] & shows_of[1]
        assert report["head"]["accuracy"]["value"] > 0.9  # type: ignore[index]

    trained = output / head / "franchise" / "cnn" / "fold-0" / "weights.safetensors"
    before = trained.stat().st_mtime_ns
    assert compared() == report
    assert trained.stat().st_mtime_ns == before
    assert len(rows) >= len(SHOWS) * PICTURES


def test_a_head_without_pictures_is_refused(
    tmp_path: Path, run: Run, pictures: Pictures, budget: Budget
) -> None:
    with pytest.raises(TeachingError, match=r"'demographic'.*series"):
        compare_with_rivals(
            pictures, run.folder, "demographic", budget, tmp_path / "out", lambda _: None
        )
