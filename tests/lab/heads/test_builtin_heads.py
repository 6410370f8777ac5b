"""Teaching and judging the shipped heads, on drawn embeddings whose answer is known."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from animeter.datasets.manifest import ManifestRow
from animeter.domain.hierarchy import OTHER
from animeter.domain.taxonomy import Taxonomy
from animeter.inference.bundle import Bundle
from animeter.lab.heads.builtin_heads import Pictures, judge, teach_and_judge
from animeter.lab.heads.figures import head_figures
from animeter.lab.heads.tasks import (
    PARTS,
    Task,
    deal_parts,
    head_tasks,
    pictures_for_heads,
    series_of,
)
from tests.support.tiny_bundle import EMBEDDING_DIM, make_tiny_bundle

TREE = Taxonomy.from_document(
    {"format_version": 1, "anime": {"Show 0": {"also": ["The Show 0"]}}}, "a test"
)
SHOWS = 4
PICTURES = 30


def rows() -> list[ManifestRow]:
    made = []
    for show in range(SHOWS):
        for number in range(PICTURES):
            name = f"{show}-{number}"
            spelling = "the show 0" if show == 0 and number % 2 else f"Show {show}"
            made.append(
                ManifestRow(
                    Path(name),
                    name,
                    "anime" if show % 2 else "cartoon",
                    spelling,
                    franchise=f"Show {show}",
                    fold=show % 2,
                    type=("male", "female", "nonhuman", "mixed")[number % 4],
                )
            )
    rare = (f"rare-{number}" for number in range(20))  # shows with too few pictures
    made.extend(ManifestRow(Path(name), name, "anime", name, fold=1) for name in rare)
    return made


def pictures(noise: float) -> Pictures:
    """Draw embeddings in which each show is a cloud of its own, seen anew by each network."""
    chance = np.random.default_rng(0)
    made = rows()
    series = [series_of(row, TREE) for row in made]
    number = {name: i for i, name in enumerate(dict.fromkeys(series))}
    tables = {}
    for network in (0, 1, -1):
        middles = chance.normal(size=(len(number), EMBEDDING_DIM))
        cloud = middles[[number[name] for name in series]]
        table = cloud + noise * chance.normal(size=cloud.shape)
        tables[network] = (table / np.linalg.norm(table, axis=1, keepdims=True)).astype(np.float32)
    group = np.arange(len(made))
    return Pictures(
        rows=made,
        series=series,
        judge=np.array([row.fold or 0 for row in made]),
        group=group,
        part=deal_parts(group, series),
        by_fold={0: tables[0], 1: tables[1]},
        shipped=tables[-1],
    )


def task(found: list[Task], name: str) -> Task:
    return next(one for one in found if one.name == name)


def figures_of(one: Pictures, of: Task) -> Mapping[str, object]:
    styles = [one.rows[i].style for i in of.members]
    return head_figures(of, judge(one, of).shares, styles, of.members.tolist())


def test_labels_are_what_has_enough_pictures_under_any_spelling() -> None:
    found = task(head_tasks(rows(), TREE), "series")
    assert found.labels == ("Show 0", "Show 1", "Show 2", "Show 3", OTHER)
    assert np.bincount(found.targets).tolist() == [30, 30, 30, 30, 20]


def test_pictures_of_several_types_are_not_taught() -> None:
    found = task(head_tasks(rows(), TREE), "type")
    assert len(found.members) == SHOWS * (8 + 8 + 7)
    assert not found.has_other


def test_a_show_with_many_pictures_counts_less_for_each() -> None:
    kept = {"0-0", "0-1", "0-2", "0-4"}
    few = [row for row in rows() if row.franchise != "Show 0" or row.name in kept]
    found = task(head_tasks(few, TREE), "type")
    weight = dict(zip((few[i].franchise for i in found.members), found.weights, strict=True))
    assert weight["Show 0"] > weight["Show 1"]


def test_heads_without_enough_pictures_are_left_out() -> None:
    assert [one.name for one in head_tasks(rows(), TREE)] == ["series", "type"]


def test_parts_spread_every_show_and_keep_groups_together() -> None:
    shows = ["a"] * 20 + ["b"] * 10
    groups = np.array([0, 0, 0, *range(3, 30)])
    part = deal_parts(groups, shows)
    assert part[0] == part[1] == part[2]
    for show in ("a", "b"):
        counts = np.bincount(part[[name == show for name in shows]], minlength=PARTS)
        assert counts.min() >= 2


def test_photographs_are_thinned_out_and_false_drawings_left_out() -> None:
    made = [ManifestRow(Path(str(n)), str(n), "neither") for n in range(100)]
    made.append(ManifestRow(Path("toy"), "toy", "anime", "Show 1", content="photo"))
    made.append(ManifestRow(Path("drawn"), "drawn", "anime", "Show 1", content="drawn"))
    kept = pictures_for_heads(made)
    assert [row.name for row in kept if row.style != "neither"] == ["drawn"]
    assert len(kept) == 11


def test_clouds_are_told_apart_and_noise_is_not() -> None:
    clear, blurred = pictures(noise=0.1), pictures(noise=50.0)
    found = task(head_tasks(clear.rows, TREE), "series")
    assert figures_of(clear, found)["top_1"]["value"] > 0.95
    guessing = figures_of(blurred, found)["top_1"]["value"]
    assert guessing < 0.45


def test_a_judged_picture_never_teaches_its_own_judge() -> None:
    # Were any picture taught and judged at once, labels drawn at random would be guessed better
    # than chance by a layer with as many directions as pictures.
    one = pictures(noise=0.1)
    found = task(head_tasks(one.rows, TREE), "series")
    chance = np.random.default_rng(1)
    wide = chance.normal(size=(len(one.rows), 200)).astype(np.float32)
    random = Pictures(
        one.rows, one.series, one.judge, one.group, one.part, {0: wide, 1: wide}, wide
    )
    assert figures_of(random, found)["told_apart_among_names"]["value"] < 0.45


def test_the_head_that_ships_is_taught_on_the_shipped_embedding(tmp_path: Path) -> None:
    bundle: Bundle = make_tiny_bundle(tmp_path / "tiny")
    one = pictures(noise=0.1)
    found = task(head_tasks(one.rows, TREE), "series")
    head, judged = teach_and_judge(one, found, bundle, lambda _: None)
    scores = head.scores(one.shipped[found.members])
    assert np.mean(scores.argmax(axis=1) == found.targets) > 0.95
    assert head.model.sha256 == bundle.spec.sha256
    assert judged.shares.sum(axis=1) == pytest.approx(np.ones(len(found.targets)))


def test_figures_by_hand() -> None:
    targets = np.array([0, 0, 1, 2, 2])
    of = Task("series", ("a", "b", OTHER), np.arange(5), targets, np.ones(5), True)
    shares = np.array(
        [[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.1, 0.2, 0.7], [0.3, 0.1, 0.6], [0.6, 0.2, 0.2]]
    )
    figures = head_figures(of, shares, ["anime"] * 4 + ["neither"], list(range(5)))
    assert figures["labels"] == 2
    assert figures["pictures"] == 3
    assert figures["top_1"]["value"] == pytest.approx(1 / 3)
    assert figures["told_apart_among_names"]["value"] == pytest.approx(2 / 3)
    assert figures["other_known_as_other"] == {"value": 1.0, "low": 1.0, "high": 1.0, "of": 1}
    assert figures["names_answered_right"]["value"] == pytest.approx(1 / 3)
    assert figures["balanced"] == pytest.approx(0.25)
    assert figures["confusions"] == [{"truth": "a", "answered": "b", "pictures": 1}]


def test_a_show_counts_once_where_each_counts_alike() -> None:
    targets = np.array([0, 0, 0, 1])
    of = Task("type", ("a", "b"), np.arange(4), targets, np.ones(4), False)
    shares = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])
    figures = head_figures(of, shares, ["anime"] * 4, ["large", "large", "large", "small"])
    assert figures["top_1"]["value"] == pytest.approx(0.75)
    assert figures["each_show_alike"] == pytest.approx(0.5)
