"""The log of a training: what was appended is read again, and a repeated epoch counts once."""

from pathlib import Path

from animeter.lab.training_log import LOG_FILE, EpochFigures, append_epoch, read_log


def test_epochs_come_back_as_they_were_appended(tmp_path: Path) -> None:
    means = {"label_loss": 1.5, "right": 0.25, "held_out_loss": 1.25, "held_out_accuracy": 0.5}
    first = append_epoch(tmp_path, 0, means)
    second = append_epoch(tmp_path, 1, means | {"label_loss": 1.0})
    assert first == EpochFigures(0, 1.5, 1.25, 0.5, 0.25)
    assert read_log(tmp_path) == [first, second]


def test_without_held_out_pictures_their_columns_are_there_and_empty(tmp_path: Path) -> None:
    figures = append_epoch(tmp_path, 0, {"likeness_loss": 0.5, "right": 0.75})
    assert (figures.held_out_loss, figures.held_out_accuracy) == (None, None)
    header, line = (tmp_path / LOG_FILE).read_text().splitlines()
    assert header == "epoch,likeness_loss,right,held_out_loss,held_out_accuracy"
    assert line == "0,0.50000,0.75000,,"


def test_of_an_epoch_that_ran_twice_the_later_line_counts(tmp_path: Path) -> None:
    for loss in (3.0, 2.0):
        append_epoch(tmp_path, 0, {"label_loss": loss})
    assert [figures.train_loss for figures in read_log(tmp_path)] == [2.0]


def test_where_nothing_was_trained_there_are_no_epochs(tmp_path: Path) -> None:
    assert read_log(tmp_path) == []


def test_a_log_of_an_older_version_is_read(tmp_path: Path) -> None:
    (tmp_path / LOG_FILE).write_text("epoch,likeness_loss,right\n0,0.5,0.75\n")
    assert read_log(tmp_path) == [EpochFigures(0, 0.5, None, None, 0.75)]
