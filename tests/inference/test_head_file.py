"""Heads on disk: what was written comes back, and what was tampered with does not."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from animeter.domain.errors import HeadError, OutputError
from animeter.domain.head_fitting import FitOptions, fit_head
from animeter.domain.taught_head import TaughtHead
from animeter.inference.head_file import (
    MAX_SPEC_BYTES,
    SPEC_FILE,
    WEIGHTS_FILE,
    read_head,
    write_head,
    write_head_zip,
)
from tests.support.clusters import IDENTITY, clusters

TABLE, LABELS = clusters(labels=3, pictures=10, spread=0.2)


@pytest.fixture(scope="module")
def head() -> TaughtHead:
    fitted = fit_head(IDENTITY, TABLE, LABELS).head
    return replace(fitted, figures={"accuracy": {"value": 0.5}}, training={"seed": 1})


@pytest.fixture
def folder(head: TaughtHead, tmp_path: Path) -> Path:
    return write_head(head, tmp_path / "clusters")


def test_a_head_comes_back_whole(head: TaughtHead, folder: Path) -> None:
    back = read_head(folder)
    assert (back.name, back.labels, back.model) == (head.name, head.labels, head.model)
    assert (back.created, back.figures, back.training) == (
        head.created,
        head.figures,
        head.training,
    )
    assert np.allclose(back.scores(TABLE), head.scores(TABLE), atol=1e-6)


def test_written_again_it_is_the_same_to_the_byte(folder: Path, tmp_path: Path) -> None:
    again = write_head(read_head(folder), tmp_path / "again")
    for name in (SPEC_FILE, WEIGHTS_FILE):
        assert (again / name).read_bytes() == (folder / name).read_bytes()


def test_a_head_without_a_rule_and_with_any_labels_comes_back(tmp_path: Path) -> None:
    names = {"label 0": "ルフィ", "label 1": 'q"uo\\te', "label 2": "line\nbreak"}
    told = [names[label] for label in LABELS]
    fitted = fit_head(IDENTITY, TABLE, told, options=FitOptions(learn_none=False)).head
    back = read_head(write_head(fitted, tmp_path / "head"))
    assert back.none_rule is None
    assert back.labels == fitted.labels


def change_spec(**changes: Any) -> Callable[[Path], None]:
    def _change(folder: Path) -> None:
        spec = json.loads((folder / SPEC_FILE).read_text())
        (folder / SPEC_FILE).write_text(json.dumps(spec | changes))

    return _change


def flip_a_weight(folder: Path) -> None:
    content = bytearray((folder / WEIGHTS_FILE).read_bytes())
    content[-5] ^= 0x40
    (folder / WEIGHTS_FILE).write_bytes(content)


def cut(folder: Path) -> None:
    content = (folder / WEIGHTS_FILE).read_bytes()
    (folder / WEIGHTS_FILE).write_bytes(content[: len(content) // 2])


def loosen_the_rule(folder: Path) -> None:
    spec = json.loads((folder / SPEC_FILE).read_text())
    spec["none_rule"]["offset"] += 1.0
    (folder / SPEC_FILE).write_text(json.dumps(spec))


def test_a_zip_is_a_head_too_and_the_same_each_time(folder: Path, tmp_path: Path) -> None:
    head = read_head(folder)
    made = write_head_zip(head, tmp_path / "head.zip")
    again = write_head_zip(read_head(made), tmp_path / "again.zip")
    assert made.read_bytes() == again.read_bytes()
    assert np.array_equal(read_head(again).weights, head.weights)
    with pytest.raises(OutputError, match="--replace"):
        write_head_zip(head, made)
    write_head_zip(head, made, replace=True)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({}, "0 files called head.json"),
        ({"head.json": b"{}"}, "0 files called head.safetensors"),
        ({"a/head.json": b"{}", "b/head.json": b"{}"}, "2 files called head.json"),
        ({"head.json": b" " * (MAX_SPEC_BYTES + 1)}, "more than"),
    ],
)
def test_a_zip_without_a_head_is_refused(
    tmp_path: Path, members: dict[str, bytes], said: str
) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    with pytest.raises(HeadError, match=said):
        read_head(tmp_path / "x.zip")


def test_a_file_that_is_no_zip_is_refused(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"no zip")
    with pytest.raises(HeadError, match="no ZIP of a head"):
        read_head(tmp_path / "x.zip")
    whole = write_head_zip(read_head(folder), tmp_path / "whole.zip").read_bytes()
    (tmp_path / "x.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(HeadError, match="no ZIP of a head"):
        read_head(tmp_path / "x.zip")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (flip_a_weight, "changed or damaged"),
        (cut, "changed or damaged"),
        (change_spec(labels=["label 1", "label 0", "label 2"]), "other labels"),
        (change_spec(labels=["label 0", "label 1"]), "other labels"),
        (
            change_spec(model={"label": "x 1", "sha256": "cd" * 32, "embedding_dim": 24}),
            "another model",
        ),
        (
            change_spec(model={"label": "x 1", "sha256": "ab" * 32, "embedding_dim": 23}),
            "does not fit",
        ),
        (loosen_the_rule, "none_rule holds"),
        (change_spec(format_version=2), "format_version"),
        (change_spec(surprise=1), "surprise"),
        (change_spec(name="../elsewhere"), "name"),
        (change_spec(labels=["none of these", "b"]), "labels must differ"),
        (lambda folder: (folder / SPEC_FILE).write_text("{"), "not a head that this version"),
        (lambda folder: (folder / SPEC_FILE).unlink(), "A head is a folder with"),
        (lambda folder: (folder / WEIGHTS_FILE).unlink(), "A head is a folder with"),
    ],
)
def test_a_head_that_was_tampered_with_is_refused(
    folder: Path, damage: Callable[[Path], Any], said: str
) -> None:
    damage(folder)
    with pytest.raises(HeadError, match=said):
        read_head(folder)


def test_numbers_of_another_head_do_not_pass(folder: Path, tmp_path: Path) -> None:
    told = [f"other {label}" for label in LABELS]
    other = write_head(fit_head(IDENTITY, TABLE, told).head, tmp_path / "other")
    weights = (other / WEIGHTS_FILE).read_bytes()
    (folder / WEIGHTS_FILE).write_bytes(weights)
    change_spec(sha256=json.loads((other / SPEC_FILE).read_text())["sha256"])(folder)
    with pytest.raises(HeadError, match="saved for other labels"):
        read_head(folder)


def test_numbers_that_are_none_are_refused(head: TaughtHead, tmp_path: Path) -> None:
    weights = head.weights.copy()
    weights[0, 0] = np.nan
    folder = write_head(replace(head, weights=weights), tmp_path / "nan")
    with pytest.raises(HeadError, match="not finite"):
        read_head(folder)


def test_nothing_is_written_over_unless_asked(head: TaughtHead, folder: Path) -> None:
    before = (folder / SPEC_FILE).read_bytes()
    with pytest.raises(OutputError, match="--replace"):
        write_head(replace(head, created="2027-01-01"), folder)
    assert (folder / SPEC_FILE).read_bytes() == before
    write_head(replace(head, created="2027-01-01"), folder, replace=True)
    assert read_head(folder).created == "2027-01-01"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_what_is_no_head_is_left_alone_even_if_asked(head: TaughtHead, tmp_path: Path) -> None:
    full = tmp_path / "photos"
    full.mkdir()
    (full / "holiday.jpg").write_bytes(b"precious")
    file = tmp_path / "file"
    file.write_bytes(b"precious")
    for place in (full, file):
        with pytest.raises(OutputError, match="is no head"):
            write_head(head, place, replace=True)
    assert (full / "holiday.jpg").read_bytes() == file.read_bytes() == b"precious"


def test_an_empty_folder_may_become_a_head(head: TaughtHead, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    assert read_head(write_head(head, tmp_path / "new")).labels == head.labels
