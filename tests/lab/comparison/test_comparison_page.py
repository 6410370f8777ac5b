"""The page, the Markdown and the plots of a comparison, of figures made up for the test."""

import re
from pathlib import Path
from typing import Any

import pytest

from animeter.lab.comparison.entries import failed, pairs, ranked
from animeter.lab.comparison.page import write_comparison
from animeter.lab.comparison.text import as_markdown

pytestmark = pytest.mark.slow


def entry(recipe: str, split: str, balanced: float) -> dict[str, Any]:
    figure = {"value": balanced, "low": balanced - 0.04, "high": balanced + 0.03}
    return {
        "recipe": recipe,
        "split": split,
        "starts_from": "chance",
        "size_px": 64,
        "worth": {
            "pictures": 300,
            "franchises": 40,
            "accuracy": {**figure, "value": balanced + 0.01},
            "balanced_accuracy": figure,
            "loss": 0.321,
            "calibration_error": 0.05,
            "commonest": 0.41,
            "labels": 3,
        },
        "cost": {
            "parameters": 2_500_000,
            "model_bytes": 10_400_000,
            "training_s": 150.0,
            "pictures_per_s": 212.0,
        },
    }


def report(*entries: dict[str, Any]) -> dict[str, Any]:
    splits = dict.fromkeys(one["split"] for one in entries)
    split = {"folds": 5, "held_out": 300, "held_out_of_known_franchises": 0, "leaks": ["a (b)"]}
    return {
        "format_version": 1,
        "animeter": "0.1.0",
        "command": ["animeter", "compare"],
        "made": "2026-01-01 00:00 UTC",
        "data": "manifest.csv",
        "task": "likeness",
        "label": "style",
        "labels": {"anime": 700, "cartoon": 800},
        "pictures": 1500,
        "only": {"source": "web"},
        "folds": [0],
        "epochs": 1,
        "settings": {"network.pretrained": False},
        "machine": {"cores": 2, "processor": "x86_64"},
        "splits": {name: dict(split) for name in splits},
        "entries": list(entries),
    }


def test_the_best_comes_first_and_pairs_are_of_one_recipe() -> None:
    broken = {"recipe": "vgg", "split": "franchise", "starts_from": "chance", "error": "no <hub>"}
    made = report(
        entry("dense", "franchise", 0.5),
        entry("cnn", "franchise", 0.6),
        entry("cnn", "random", 0.7),
        broken,
    )
    assert [one["recipe"] for one in ranked(made)] == ["cnn", "dense"]
    assert [(one["split"], other["split"]) for one, other in pairs(made)] == [
        ("franchise", "random")
    ]
    assert failed(made) == [broken]


def test_page_markdown_and_plots_tell_the_same(tmp_path: Path) -> None:
    made = report(
        entry("dense", "franchise", 0.512),
        entry("cnn", "franchise", 0.634),
        entry("cnn", "random", 0.714),
        {"recipe": "vgg", "split": "franchise", "starts_from": "chance", "error": "no <hub>"},
    )
    write_comparison(made, tmp_path)
    page = (tmp_path / "comparison.html").read_text()
    assert "no &lt;hub&gt;" in page
    assert page.index("63.4") < page.index("51.2")
    assert not re.search(r"(src|href)=\"https?:", page)
    text = (tmp_path / "comparison.md").read_text()
    for shown in ("63.4", "59.4 to 66.4", "2.50 M", "10.4 MB", "2.5 min", "+8.0", "no <hub>"):
        assert shown in text, shown
    for name in ("comparison", "leak"):
        drawing = (tmp_path / f"{name}.svg").read_text()
        assert "prefers-color-scheme:dark" in drawing
        assert "cnn" in drawing


def test_a_comparison_without_a_finished_recipe_has_a_page_all_the_same(tmp_path: Path) -> None:
    only = {"recipe": "vgg", "split": "franchise", "starts_from": "chance", "error": "no hub"}
    write_comparison(report(only), tmp_path)
    assert "no hub" in (tmp_path / "comparison.html").read_text()
    assert not (tmp_path / "comparison.svg").exists()


def test_many_labels_are_counted_and_not_listed() -> None:
    made = report(entry("cnn", "random", 0.6)) | {
        "task": "labels",
        "label": "series",
        "labels": {f"show {number}": 9 for number in range(40)},
    }
    text = as_markdown(made)
    assert "manifest.csv, source web (40 labels of series)" in text
    assert "show 7" not in text
    assert "network.pretrained = False" in text
