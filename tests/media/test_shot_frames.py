"""Which frames of a film are chosen, and what is passed over."""

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from animeter.media.shot_frames import Sampling, ShotFrame, ShotTally, sample_shots
from animeter.media.shots import mark_shots
from animeter.media.video import VideoFile
from tests.support.drawn_film import (
    FRAMES_PER_S,
    HEIGHT_PX,
    WIDTH_PX,
    Pixels,
    credits_page,
    cut_together,
    held,
    plain,
    scene,
    write_film,
)

pytestmark = pytest.mark.slow

X264 = {"preset": "superfast", "crf": "16"}  # "ultrafast" leaves blocks, which look sharp
SLOWLY = 3  # pixels a frame by which the camera moves


def sampled(
    folder: Path, frames: Iterable[Pixels], sampling: Sampling | None = None
) -> tuple[list[ShotFrame], ShotTally]:
    """Write a film and choose frames of it."""
    path = write_film(folder / "film.mkv", frames, options=X264)
    tally = ShotTally()
    sampling = sampling or Sampling()
    with VideoFile(path) as video:
        found = video.frames(only_keyframes=sampling.only_keyframes)
        rate = video.facts.frames_per_s
        return list(sample_shots(found, rate, sampling, tally)), tally


def panned(picture: Pixels, seconds: float) -> Iterable[Pixels]:
    for number in range(round(seconds * FRAMES_PER_S)):
        yield np.roll(picture, number * SLOWLY, axis=1)


def test_shots_begin_where_the_film_was_cut(tmp_path: Path) -> None:
    frames = chain(*(panned(scene(seed), 1.5) for seed in range(6)))
    path = write_film(tmp_path / "film.mkv", frames, options=X264)
    with VideoFile(path) as video:
        marked = list(mark_shots(video.frames(), FRAMES_PER_S))
    assert len(marked) == 6 * 18
    begun = [one.frame.time_s for one in marked if one.begins_shot]
    assert begun == pytest.approx([0, 1.5, 3, 4.5, 6, 7.5], abs=0.01)


def test_each_shot_gives_its_own_frame(tmp_path: Path) -> None:
    pictures = [scene(seed) for seed in range(4)]
    found, tally = sampled(tmp_path, cut_together(*pictures))
    assert [round(frame.shot_s, 2) for frame in found] == [0, 1, 2, 3]
    assert tally.shots == 4
    for frame, picture in zip(found, pictures, strict=True):
        assert frame.shot_s < frame.time_s < frame.shot_s + 1
        assert np.abs(frame.rgb.astype(int) - picture).mean() < 12


def test_black_plain_and_credit_shots_are_passed_over_and_counted(tmp_path: Path) -> None:
    blurred = np.asarray(Image.fromarray(scene(3)).filter(ImageFilter.GaussianBlur(7)))
    shots = [scene(1), plain("black"), scene(2), credits_page(), plain("white"), blurred, scene(4)]
    found, tally = sampled(tmp_path, cut_together(*shots))
    assert [round(frame.shot_s) for frame in found] == [0, 2, 6]
    assert str(tally) == "7 shots; no picture of 1 black, 1 blurred, 1 credits, 1 plain"


def test_the_sharp_moment_of_a_shot_is_taken(tmp_path: Path) -> None:
    soft = np.asarray(Image.fromarray(scene(1)).filter(ImageFilter.GaussianBlur(2)))
    found, _ = sampled(tmp_path, chain(held(soft, 1), held(scene(1), 0.75), held(soft, 1)))
    assert len(found) == 1
    assert 1.0 <= found[0].time_s < 1.75


def test_several_frames_of_a_shot_are_spread_over_it(tmp_path: Path) -> None:
    found, tally = sampled(tmp_path, panned(scene(1), 6), Sampling(per_shot=3))
    assert tally.shots == 1
    assert [frame.time_s // 2 for frame in found] == [0, 1, 2]


def test_a_long_shot_counts_as_several(tmp_path: Path) -> None:
    found, tally = sampled(tmp_path, held(scene(1), 7), Sampling(longest_shot_s=2))
    assert tally.shots == 4
    assert [round(frame.shot_s) for frame in found] == [0, 2, 4, 6]


def test_bars_are_cut_off_and_a_dark_scene_is_not(tmp_path: Path) -> None:
    boxed = scene(1).copy()
    boxed[:24] = boxed[-24:] = 0
    night = np.zeros_like(boxed)
    night[60:170, 30:130] = scene(2)[60:170, 30:130]
    found, _ = sampled(tmp_path, cut_together(boxed, night))
    assert found[0].rgb.shape == pytest.approx((HEIGHT_PX - 2 * 26, WIDTH_PX, 3), abs=2)
    assert found[0].rgb[:3].max(axis=(1, 2)).min() > 40
    assert found[1].rgb.shape[0] >= HEIGHT_PX - 2 * 12  # as much as below its lowest line


def test_key_frames_that_resemble_the_one_before_are_one_shot(tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    frames = chain(held(scene(1), 3), held(scene(2), 3))
    write_film(path, frames, options={**X264, "g": str(FRAMES_PER_S)})
    tally = ShotTally()
    sampling = Sampling(only_keyframes=True, longest_shot_s=60)
    with VideoFile(path) as video:
        keys = video.frames(only_keyframes=True)
        found = list(sample_shots(keys, FRAMES_PER_S, sampling, tally))
    assert [round(frame.shot_s) for frame in found] == [0, 3]


@pytest.mark.parametrize("wrong", [{"per_shot": 0}, {"longest_shot_s": 0}])
def test_sampling_that_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Sampling(**wrong)  # type: ignore[arg-type]
