"""Finding, listing, copying and removing heads, and asking them."""

from dataclasses import replace
from pathlib import Path

import pytest

from animeter.domain.errors import HeadError, OutputError
from animeter.domain.head_fitting import fit_head
from animeter.domain.taught_head import EmbeddingModel, HeadIdentity, TaughtHead
from animeter.inference.classifier import Classifier
from animeter.inference.head_file import SPEC_FILE
from animeter.inference.heads import (
    BUILTIN_FOLDER,
    copy_head,
    embedding_model,
    list_heads,
    load_head,
    remove_head,
    save_head,
)
from animeter.settings import Settings
from tests.support.clusters import IDENTITY, clusters
from tests.support.drawn_shapes import draw_shape

TABLE, LABELS = clusters(labels=3, pictures=6, spread=0.2)


@pytest.fixture(scope="module")
def head() -> TaughtHead:
    return fit_head(IDENTITY, TABLE, LABELS).head


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("ANIMETER_HOME", str(tmp_path / "home"))
    return Settings(home=tmp_path / "home")


def test_a_saved_head_is_found_by_name_and_by_path(head: TaughtHead, settings: Settings) -> None:
    folder = save_head(head)
    assert folder == settings.heads_folder / "clusters"
    for given in ("clusters", str(folder), folder, folder / SPEC_FILE):
        assert load_head(given).labels == head.labels


def test_an_unknown_name_tells_the_known_ones(head: TaughtHead, settings: Settings) -> None:
    save_head(head)
    with pytest.raises(HeadError, match=r"'closters': known heads: .*clusters.*animeter teach"):
        load_head("closters")
    with pytest.raises(HeadError, match="A head is a folder with"):
        load_head("nowhere/clusters")


def test_the_list_tells_broken_heads(head: TaughtHead, settings: Settings) -> None:
    save_head(head)
    (save_head(replace(head, name="broken")) / SPEC_FILE).write_text("{}")
    own = {listed.name: listed for listed in list_heads() if not listed.builtin}
    assert set(own) == {"clusters", "broken"}
    assert own["clusters"].problem is None
    assert own["broken"].head is None
    assert "labels: Field required" in (own["broken"].problem or "")


@pytest.mark.parametrize("name", ["style", "", "two words", "../up", ".hidden", "a/b", "ü"])
def test_a_name_that_is_not_fit_is_refused(name: str, head: TaughtHead, settings: Settings) -> None:
    with pytest.raises(HeadError, match=r"name|called"):
        save_head(replace(head, name=name))
    assert not settings.heads_folder.exists()


def test_a_head_can_be_copied_under_another_name(
    head: TaughtHead, settings: Settings, tmp_path: Path
) -> None:
    save_head(head)
    copy_head("clusters", tmp_path / "given", name="mine")
    assert load_head(tmp_path / "given").name == "mine"
    copy_head(tmp_path / "given", None)
    assert load_head("mine").labels == head.labels
    with pytest.raises(OutputError, match="--replace"):
        copy_head(tmp_path / "given", None)


def test_a_broken_head_can_be_removed(head: TaughtHead, settings: Settings) -> None:
    folder = save_head(head)
    (folder / SPEC_FILE).write_text("{}")
    assert remove_head("clusters") == folder
    assert not folder.exists()
    with pytest.raises(HeadError, match="no head called 'clusters'"):
        remove_head("clusters")


def test_a_folder_elsewhere_is_not_removed(
    head: TaughtHead, settings: Settings, tmp_path: Path
) -> None:
    folder = copy_head(save_head(head), tmp_path / "given")
    with pytest.raises(HeadError, match="Remove the folder yourself"):
        remove_head(str(folder))
    assert folder.exists()


def test_what_came_with_animeter_stays() -> None:
    shipped = sorted(folder.name for folder in BUILTIN_FOLDER.glob("[a-z]*") if folder.is_dir())
    if not shipped:
        pytest.skip("this checkout ships no heads")
    with pytest.raises(HeadError, match="came with animeter"):
        remove_head(shipped[0])


def test_a_head_of_another_model_is_refused_with_the_fix(
    head: TaughtHead, classifier: Classifier
) -> None:
    with pytest.raises(HeadError, match=r"tiny 1.0 abab.*--model.*animeter teach"):
        classifier.with_heads([head])


def test_results_carry_the_best_labels_of_each_head(classifier: Classifier) -> None:
    model = embedding_model(classifier.bundle)
    assert isinstance(model, EmbeddingModel)
    table, labels = clusters(labels=3, pictures=6, spread=0.2)
    heads = [
        fit_head(HeadIdentity(name, model, "2026-11-20"), table[:, : model.embedding_dim], labels)
        for name in ("one", "two")
    ]
    asked = classifier.with_heads([fit.head for fit in heads], top_k=2)
    assert asked.head_names == ("one", "two")
    picture = draw_shape("circles", 0)
    result = asked.classify(picture)
    embedding = next(asked.embed([picture]))
    scores = dict(zip(heads[0].head.answers, heads[0].head.scores([embedding])[0], strict=True))
    best = sorted(scores, key=lambda label: -scores[label])[:2]
    assert [scored.label for scored in result.heads["one"]] == best
    assert [scored.score for scored in result.heads["one"]] == pytest.approx(
        [scores[label] for label in best], abs=1e-5
    )
    assert list(result.to_dict()["heads"]) == ["one", "two"]
    assert result.to_dict()["heads"]["two"][0].keys() == {"label", "score"}
    assert "heads" not in classifier.classify(picture).to_dict()
    assert classifier.head_names == ()


def test_two_heads_of_one_name_are_refused(classifier: Classifier) -> None:
    model = embedding_model(classifier.bundle)
    table = TABLE[:, : model.embedding_dim]
    pair = [fit_head(HeadIdentity("one", model, "2026-11-20"), table, LABELS).head for _ in "ab"]
    with pytest.raises(HeadError, match="Two heads are called 'one'"):
        classifier.with_heads(pair)
