"""Wrong labels that were planted are doubted, whichever way the model is asked."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from animeter.datasets.checking.copies import Copies
from animeter.datasets.checking.entries import Entry
from animeter.domain.errors import ManifestError
from animeter.lab.data_check import Columns, Request, check_data
from animeter.lab.data_suspects import doubted_by_teaching, doubted_out_of_fold
from animeter.lab.labels.predictions import LabelPredictions, write_label_predictions
from tests.support.tiny_bundle import make_tiny_bundle

pytestmark = pytest.mark.slow

COLOURS = {"ichigo": (240, 60, 60), "naruto": (200, 200, 30), "oggy": (30, 80, 230)}
PICTURES = 12


class Silent:
    def expect(self, pictures: int) -> None:
        pass

    def begin(self, stage: str) -> None:
        pass

    def advance(self, pictures: int) -> None:
        pass


def test_a_label_of_any_kind_is_doubted_where_the_others_speak_against_it(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    entries = []
    for label, colour in COLOURS.items():
        for number in range(PICTURES):
            path = tmp_path / f"{label}-{number}.png"
            pixels = np.array(colour) + chance.integers(-25, 26, 3)
            Image.new("RGB", (40, 40), tuple(pixels.clip(0, 255).tolist())).save(path)
            said = "oggy" if path.name == "naruto-3.png" else label
            entries.append(Entry(path.name, path, said))
    entries.append(Entry("seldom.png", path, "seldom"))  # too few to be asked about
    model = make_tiny_bundle(tmp_path / "model").folder
    apart = np.arange(len(entries))
    folder = tmp_path / "embeddings"
    found = doubted_by_teaching(entries, Copies(apart, apart), model, folder, Silent())
    assert [case.pictures for case in found] == [("naruto-3.png",)]
    assert "but naruto" in found[0].note


def said_of_labels(folder: Path, wrong: int) -> LabelPredictions:
    """Say with much certainty which of three labels 60 pictures have, all but one as labelled."""
    truth = np.arange(60) % 3
    answer = truth.copy()
    answer[wrong] = (truth[wrong] + 1) % 3
    probability = np.full((60, 3), 0.02)
    probability[np.arange(60), answer] = 0.96
    names = tuple(f"{i}.png" for i in range(60))
    said = LabelPredictions(names, truth, ("a", "b", "c"), probability, truth // 2)
    folder.mkdir(parents=True)
    write_label_predictions(said, folder / "out_of_fold.csv")
    return said


def test_labels_are_doubted_by_what_folds_said(tmp_path: Path) -> None:
    said_of_labels(tmp_path / "fold-0", wrong=17)
    (case,) = doubted_out_of_fold([tmp_path / "fold-0" / "out_of_fold.csv"])
    assert case.pictures == ("17.png",)
    assert case.note == "c 2%, but a 96%"


def test_styles_are_doubted_by_what_folds_said(tmp_path: Path) -> None:
    lines = ["path,fold,style,anime_logit,cartoon_logit"]
    styles = {"anime": (4, -4), "cartoon": (-4, 4), "neither": (-4, -4)}
    for number in range(120):
        style = list(styles)[number % 3]
        anime, cartoon = styles["cartoon" if number == 60 else style]  # 60 is labelled anime
        lines.append(f"{number}.png,{number % 2},{style},{anime},{cartoon}")
    file = tmp_path / "out_of_fold.csv"
    file.write_text("\n".join(lines) + "\n")
    assert [case.pictures for case in doubted_out_of_fold([file])] == [("60.png",)]


def test_a_run_without_a_finished_fold_is_refused(tmp_path: Path) -> None:
    Image.new("RGB", (80, 80), "red").save(tmp_path / "a.png")
    manifest = tmp_path / "m.csv"
    manifest.write_text("path,style\na.png,anime\n")
    asked = Request(manifest, Columns(), ask_model=False, folds_run=tmp_path)
    with pytest.raises(ManifestError, match="finished a fold"):
        check_data(asked, tmp_path / "out", Silent())
