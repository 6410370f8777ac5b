"""Predictions under labels: what is written is read again, and what is wrong is said."""

from pathlib import Path

import numpy as np
import pytest

from animeter.domain.errors import FileMissingError, ManifestError, OutputError
from animeter.lab.labels.predictions import (
    LabelPredictions,
    holds_label_predictions,
    read_label_predictions,
    write_label_predictions,
)


def drawn(fold: int | None = 0, labels: tuple[str, ...] = ("path", "One, 2")) -> LabelPredictions:
    return LabelPredictions(
        names=("a, b.jpg", "ü/c.jpg", "d.jpg"),
        truth=np.array([1, 0, 1]),
        labels=labels,
        probability=np.array([[0.25, 0.75], [1 / 3, 2 / 3], [1.0, 0.0]]),
        fold=None if fold is None else np.full(3, fold),
    )


@pytest.mark.parametrize("fold", [None, 4])
def test_what_is_written_is_read(tmp_path: Path, fold: int | None) -> None:
    given = drawn(fold)
    write_label_predictions(given, tmp_path / "p.csv")
    read = read_label_predictions([tmp_path / "p.csv"])
    assert (read.names, read.labels) == (given.names, given.labels)
    assert read.truth.tolist() == [1, 0, 1]
    assert read.probability == pytest.approx(given.probability, abs=1e-6)
    assert (None if read.fold is None else set(read.fold)) == (None if fold is None else {fold})
    assert holds_label_predictions(tmp_path / "p.csv")


def test_files_with_their_labels_in_another_order_are_put_together(tmp_path: Path) -> None:
    write_label_predictions(drawn(0, ("a", "b")), tmp_path / "0.csv")
    write_label_predictions(drawn(1, ("b", "a")), tmp_path / "1.csv")
    both = read_label_predictions([tmp_path / "0.csv", tmp_path / "1.csv"])
    assert both.labels == ("a", "b")
    assert both.truth.tolist() == [1, 0, 1, 0, 1, 0]
    assert both.probability[3].tolist() == [0.75, 0.25]
    assert both.fold is not None
    assert both.fold.tolist() == [0, 0, 0, 1, 1, 1]
    assert both.answer.tolist() == [1, 1, 0, 0, 0, 1]
    kept = both.only(both.fold == 1)
    assert (len(kept.names), kept.truth.tolist()) == (3, [0, 1, 0])


def test_other_labels_are_refused(tmp_path: Path) -> None:
    write_label_predictions(drawn(0, ("a", "b")), tmp_path / "0.csv")
    write_label_predictions(drawn(1, ("a", "c")), tmp_path / "1.csv")
    with pytest.raises(ManifestError, match="'b'"):
        read_label_predictions([tmp_path / "0.csv", tmp_path / "1.csv"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "none"),
        ("path,fold,style,a,b\n", "wanted path, fold, label"),
        ("path,fold,label,a\nx,0,a,1\n", "two labels"),
        ("path,fold,label,a,a\nx,0,a,1,0\n", "two columns"),
        ("path,fold,label,a,b\n", "at least one row"),
        ("path,fold,label,a,b\nx,0,a,1\n", "line 2, has 4 fields"),
        ("path,fold,label,a,b\nx,0,c,1,0\n", "'c'"),
        ("path,fold,label,a,b\nx,one,a,1,0\n", "fold 'one'"),
        ("path,fold,label,a,b\nx,0,a,1,0\ny,,a,1,0\n", "all or none"),
        ("path,fold,label,a,b\nx,0,a,1,much\n", "no number"),
        ("path,fold,label,a,b\nx,0,a,1,nan\n", r"outside \[0, 1\]"),
        ("path,fold,label,a,b\nx,0,a,1.5,0\n", r"outside \[0, 1\]"),
        ('path,fold,label,a,b\n"x,0,a,1,0\n', "not a CSV"),
    ],
)
def test_a_broken_file_is_said_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "p.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ManifestError, match=said):
        read_label_predictions([tmp_path / "p.csv"])


def test_a_missing_file_and_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(FileMissingError, match="path, fold, label"):
        read_label_predictions([tmp_path / "none.csv"])
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError):
        write_label_predictions(drawn(), tmp_path / "file" / "p.csv")
    assert not holds_label_predictions(tmp_path / "none.csv")


@pytest.mark.parametrize(
    "wrong",
    [
        {"truth": np.array([0, 1])},
        {"truth": np.array([0, 1, 2])},
        {"labels": ("a", "a")},
        {"fold": np.array([0])},
        {"probability": np.full((3, 2), np.nan)},
    ],
)
def test_parts_that_do_not_fit_are_refused(wrong: dict[str, object]) -> None:
    fitting = {
        "names": ("x", "y", "z"),
        "truth": np.array([0, 1, 0]),
        "labels": ("a", "b"),
        "probability": np.full((3, 2), 0.5),
    }
    with pytest.raises(ValueError, match=r"fit|lie|differ"):
        LabelPredictions(**(fitting | wrong))
