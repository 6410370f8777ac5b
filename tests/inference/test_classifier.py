"""The classifier takes pictures in every form, keeps their order and survives bad ones."""

import io
import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import animeter
from animeter.domain.errors import (
    FileMissingError,
    ImageTooLargeError,
    SettingError,
    UnreadableImageError,
)
from animeter.domain.results import Classification, Failure
from animeter.domain.verdict import Verdict
from animeter.inference.bundle import Bundle
from animeter.inference.classifier import Classifier
from animeter.media.limits import Limits
from tests.support.tiny_bundle import COLOURS, EMBEDDING_DIM


def save(path: Path, verdict: str, size: tuple[int, int] = (60, 40)) -> Path:
    Image.new("RGB", size, COLOURS[verdict]).save(path)
    return path


@pytest.mark.parametrize("verdict", list(COLOURS))
def test_every_verdict(classifier: Classifier, tmp_path: Path, verdict: str) -> None:
    path = save(tmp_path / "picture.png", verdict)
    result = classifier.classify(path)
    assert result.verdict == Verdict(verdict)
    assert (result.path, result.model) == (str(path), "tiny 1.0")
    assert (result.width_px, result.height_px) == (60, 40)


def test_every_form_of_a_picture_gives_the_same(classifier: Classifier, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rgb = rng.integers(0, 256, (48, 80, 3), dtype=np.uint8)
    picture = Image.fromarray(rgb)
    picture.save(tmp_path / "noise.png")
    content = (tmp_path / "noise.png").read_bytes()
    forms = [tmp_path / "noise.png", str(tmp_path / "noise.png"), content, rgb, picture]
    results = [classifier.classify(form) for form in forms]
    assert {(result.anime, result.cartoon) for result in results} == {
        (results[0].anime, results[0].cartoon)
    }
    assert [result.path for result in results[2:]] == [None, None, None]


def test_shrinking_first_changes_next_to_nothing(classifier: Classifier) -> None:
    rng = np.random.default_rng(2)
    small = rng.integers(0, 256, (9, 12, 3), dtype=np.uint8)
    rgb = np.asarray(Image.fromarray(small).resize((400, 300), Image.Resampling.BICUBIC))
    direct = classifier.likenesses(rgb[None]).likeness[0]
    shrunk = classifier.classify(rgb)
    np.testing.assert_allclose([shrunk.anime, shrunk.cartoon], direct, atol=0.01)


def test_one_by_one_and_many_agree_and_keep_order(classifier: Classifier, tmp_path: Path) -> None:
    verdicts = list(itertools.islice(itertools.cycle(COLOURS), 41))
    paths = [save(tmp_path / f"{n}.png", verdict) for n, verdict in enumerate(verdicts)]
    many = list(classifier.classify_many(paths, batch_size=7, workers=3))
    assert [result.path for result in many] == [str(path) for path in paths]
    for path, result in zip(paths, many, strict=True):
        alone = classifier.classify(path)
        assert isinstance(result, Classification)
        assert result.verdict == alone.verdict
        assert result.anime == pytest.approx(alone.anime, abs=1e-6)


def test_bad_pictures_give_failures_in_their_place(classifier: Classifier, tmp_path: Path) -> None:
    good = save(tmp_path / "good.png", "anime")
    torn = tmp_path / "torn.png"
    torn.write_bytes(good.read_bytes()[:40])
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("not a picture")
    named = ["torn.png", "good.png", "absent.png", "empty.png", "text.png", "good.png"]
    results = list(classifier.classify_many(tmp_path / name for name in named))
    codes = [result.error if isinstance(result, Failure) else "fine" for result in results]
    assert codes == [
        "unreadable_image",
        "fine",
        "file_missing",
        "empty_file",
        "unsupported_format",
        "fine",
    ]
    assert [result.path for result in results] == [str(tmp_path / name) for name in named]


def test_a_chunk_of_bad_pictures_alone(classifier: Classifier) -> None:
    results = list(classifier.classify_many([b"", b"junk"], batch_size=2, workers=1))
    assert all(isinstance(result, Failure) and result.path is None for result in results)


def test_one_bad_picture_raises(classifier: Classifier, tmp_path: Path) -> None:
    with pytest.raises(FileMissingError):
        classifier.classify(tmp_path / "absent.png")
    with pytest.raises(UnreadableImageError):
        classifier.classify(b"\x89PNG\r\n\x1a\n broken")


def test_limits_are_kept(bundle: Bundle) -> None:
    strict = Classifier(bundle, limits=Limits(max_pixels=100))
    with pytest.raises(ImageTooLargeError):
        strict.classify(np.zeros((20, 20, 3), dtype=np.uint8))


def test_the_environment_has_its_say(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANIMETER_THREADS", "3")
    monkeypatch.setenv("ANIMETER_PROVIDERS", "warp")
    with pytest.raises(SettingError, match="'warp' is not in this ONNX Runtime"):
        Classifier(bundle)
    assert Classifier(bundle, providers=["cpu"]).workers == 3
    assert Classifier(bundle, workers=2, providers=["cpu"]).workers == 2


def test_an_endless_stream_is_read_as_it_is_used(classifier: Classifier) -> None:
    black = np.zeros((4, 4, 3), dtype=np.uint8)
    stream = classifier.classify_many(itertools.repeat(black), batch_size=4)
    results = list(itertools.islice(stream, 30))
    stream.close()
    assert {result.verdict for result in results if isinstance(result, Classification)} == {
        Verdict.NEITHER
    }


def test_nothing_gives_nothing(classifier: Classifier) -> None:
    assert list(classifier.classify_many([])) == []


def test_embeddings_keep_order_and_report_failures(classifier: Classifier) -> None:
    red, blue = (np.full((8, 8, 3), COLOURS[v], dtype=np.uint8) for v in ("anime", "cartoon"))
    first, failure, second = classifier.embed([red, b"junk", blue])
    assert isinstance(failure, Failure)
    assert isinstance(first, np.ndarray)
    assert isinstance(second, np.ndarray)
    assert first.shape == second.shape == (EMBEDDING_DIM,)
    assert np.linalg.norm(first) == pytest.approx(1.0, abs=1e-5)
    assert first @ second < 0.9


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"batch_size": 0}, {"batch_size": -3}])
def test_senseless_sizes_are_refused_at_once(classifier: Classifier, wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        classifier.classify_many([], **wrong)


def test_load_takes_a_path(bundle: Bundle) -> None:
    content = io.BytesIO()
    Image.new("RGB", (10, 10), COLOURS["cartoon"]).save(content, "JPEG")
    loaded = animeter.load(bundle.folder)
    assert loaded.classify(content.getvalue()).verdict == Verdict.CARTOON
