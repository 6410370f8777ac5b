"""Teaching the built-in model drawn shapes, and what it is told when pictures are bad."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from animeter.datasets.labelled_pictures import read_labelled_pictures
from animeter.domain.errors import HeadError, TeachingError
from animeter.domain.taught_head import NONE_OF_THESE
from animeter.inference.bundle import builtin_bundle
from animeter.inference.classifier import Classifier
from animeter.inference.embedding_cache import EmbeddingCache
from animeter.inference.heads import embedding_model
from animeter.inference.teaching import Lesson, teach
from tests.support.drawn_shapes import SHAPES, draw_shape, write_shapes


@pytest.fixture(scope="module")
def looker() -> Classifier:
    return Classifier(builtin_bundle(), workers=2)


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    return write_shapes(tmp_path / "shapes", 6)


def teach_folder(looker: Classifier, folder: Path, cache: EmbeddingCache | None = None) -> Lesson:
    labelled = read_labelled_pictures(folder)
    return teach(looker, labelled.paths, labelled.labels, "shapes", cache=cache)


def test_five_pictures_of_each_shape_are_enough_to_be_useful(looker: Classifier) -> None:
    labels = [shape for shape in SHAPES for _ in range(5)]
    pictures = [draw_shape(shape, seed) for shape in SHAPES for seed in range(5)]
    head = looker.teach(pictures, labels, name="shapes")
    asked = looker.with_heads([head])
    fresh = [(shape, draw_shape(shape, seed)) for shape in SHAPES for seed in range(50, 65)]
    answers = [
        max(
            (
                scored
                for scored in asked.classify(picture).heads["shapes"]
                if scored.label != NONE_OF_THESE
            ),
            key=lambda scored: scored.score,
        ).label
        for _, picture in fresh
    ]
    right = np.mean([answer == shape for answer, (shape, _) in zip(answers, fresh, strict=True)])
    assert right > 0.75
    assert head.labels == tuple(sorted(SHAPES))
    assert head.figures["accuracy"]["low"] < head.figures["accuracy"]["value"]


def test_a_second_lesson_embeds_only_what_is_new(
    looker: Classifier, shapes: Path, tmp_path: Path
) -> None:
    model = embedding_model(looker.bundle)
    with EmbeddingCache(model, tmp_path / "cache") as cache:
        first = teach_folder(looker, shapes, cache)
    (shapes / "circles" / "000.png").rename(shapes / "circles" / "renamed.png")
    draw_shape("stripes", 99).save(shapes / "stripes" / "new.png")
    with EmbeddingCache(model, tmp_path / "cache") as cache:
        second = teach_folder(looker, shapes, cache)
    assert (first.known_before, second.known_before) == (0, 24)
    assert second.report.pictures == 25


def test_remembered_embeddings_give_the_same_head(
    looker: Classifier, shapes: Path, tmp_path: Path
) -> None:
    model = embedding_model(looker.bundle)
    with EmbeddingCache(model, tmp_path / "cache") as cache:
        first = teach_folder(looker, shapes, cache)
        second = teach_folder(looker, shapes, cache)
    assert np.array_equal(first.head.weights, second.head.weights)


def test_files_that_cannot_be_read_are_left_out_and_named(looker: Classifier, shapes: Path) -> None:
    (shapes / "circles" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    (shapes / "circles" / "empty.png").write_bytes(b"")
    (shapes / "circles" / "text.png").write_text("not a picture")
    lesson = teach_folder(looker, shapes)
    named = {Path(failure.path or "").name: failure for failure in lesson.failures}
    assert set(named) == {"broken.png", "empty.png", "text.png"}
    assert named["empty.png"].error == "empty_file"
    assert all(str(shapes) in failure.message for failure in lesson.failures)
    assert lesson.report.pictures == 24


def test_a_label_of_which_no_picture_can_be_read_is_refused(
    looker: Classifier, shapes: Path
) -> None:
    for picture in (shapes / "circles").iterdir():
        picture.write_bytes(b"gone")
    with pytest.raises(TeachingError, match=r"No picture of 'circles' can be read.*000.png"):
        teach_folder(looker, shapes)


def test_the_same_picture_under_two_labels_is_refused_by_name(
    looker: Classifier, shapes: Path
) -> None:
    copied = (shapes / "circles" / "003.png").read_bytes()
    (shapes / "stripes" / "copy.png").write_bytes(copied)
    with pytest.raises(TeachingError, match=r"003.png \(circles\) and .*copy.png \(stripes\)"):
        teach_folder(looker, shapes)


def test_arrays_under_two_labels_are_seen_too(looker: Classifier) -> None:
    pictures = [np.asarray(draw_shape(shape, n)) for shape in SHAPES[:2] for n in range(3)]
    with pytest.raises(TeachingError, match=r"picture 1 \(a\) and picture 7 \(b\)"):
        looker.teach([*pictures, pictures[0]], ["a"] * 3 + ["b"] * 4)


def test_copies_under_one_label_count_once(looker: Classifier, shapes: Path) -> None:
    copied = (shapes / "circles" / "003.png").read_bytes()
    (shapes / "circles" / "copy.png").write_bytes(copied)
    lesson = teach_folder(looker, shapes)
    assert (lesson.repeated, lesson.report.pictures) == (1, 24)


def test_near_duplicates_stay_on_one_side(looker: Classifier, shapes: Path) -> None:
    for number in range(6):
        picture = Image.open(shapes / "circles" / f"{number:03d}.png")
        picture.save(shapes / "circles" / f"{number:03d}.webp", quality=90)
    lesson = teach_folder(looker, shapes)
    assert lesson.report.pictures == 30
    assert lesson.alike >= 12


def test_pictures_of_none_teach_what_to_turn_away(looker: Classifier, shapes: Path) -> None:
    (shapes / "checks").rename(shapes / NONE_OF_THESE)
    lesson = teach_folder(looker, shapes)
    assert lesson.strangers == 6
    assert NONE_OF_THESE not in lesson.head.labels
    assert lesson.head.answers[-1] == NONE_OF_THESE


def test_one_folder_is_refused(looker: Classifier, tmp_path: Path) -> None:
    write_shapes(tmp_path / "one", 3, shapes=("circles",))
    with pytest.raises(TeachingError, match="one label 'circles'"):
        teach_folder(looker, tmp_path / "one")


def test_the_python_call_refuses_what_it_cannot_read(looker: Classifier, shapes: Path) -> None:
    pictures = [*(shapes / "circles").iterdir(), *(shapes / "checks").iterdir()]
    labels = [path.parent.name for path in pictures]
    with pytest.raises(TeachingError, match=r"1 pictures cannot be read.*nowhere.png"):
        looker.teach([*pictures, shapes / "nowhere.png"], [*labels, "checks"])
    with pytest.raises(TeachingError, match="12 pictures and 11 labels"):
        looker.teach(pictures, labels[1:])
    with pytest.raises(HeadError, match="'style'"):
        looker.teach(pictures, labels, name="style")
