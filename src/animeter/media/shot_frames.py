"""From a film to the few frames worth keeping: of every shot the sharpest, without bars.

A shot keeps a handful of candidates while it runs, evenly spread however long it gets; only they
are looked at closely, and only what is kept is ever turned into a full image.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from animeter.media.bars import Bars
from animeter.media.frame_flaws import WIDTH_PX, Flaw, blur_of, flaw_of, luma_of
from animeter.media.shots import mark_shots
from animeter.media.video_frame import VideoFrame

_SETTLED_S: Final = 0.12  # the first frames of a shot may hold a rest of the one before
_FIRST_SPACING_S: Final = 0.25
_CANDIDATES_EACH: Final = 3


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which frames of a film are wanted.

    Attributes:
        per_shot: frames of each shot.
        longest_shot_s: a shot that goes on for longer counts as several of this length.
        only_keyframes: look only at frames that stand for themselves: much faster, and short
            shots are missed.
    """

    per_shot: int = 1
    longest_shot_s: float = 10.0
    only_keyframes: bool = False

    def __post_init__(self) -> None:
        if self.per_shot < 1:
            raise ValueError(f"per_shot is {self.per_shot}; it must be at least 1")
        if self.longest_shot_s <= 0:
            raise ValueError(f"longest_shot_s is {self.longest_shot_s}; it must be above 0")


@dataclass(frozen=True, slots=True, eq=False)
class ShotFrame:
    """A frame that is worth keeping.

    Attributes:
        time_s: of the frame, since the film's beginning.
        shot_s: when its shot begins.
        rgb: uint8 [H, W, 3], upright, with square pixels, without bars.
    """

    time_s: float
    shot_s: float
    rgb: NDArray[np.uint8]


@dataclass(slots=True)
class ShotTally:
    """What became of a film's shots.

    Attributes:
        shots: how many there were.
        without: shots that gave no frame, by what was wrong with most of theirs.
    """

    shots: int = 0
    without: Counter[Flaw] = field(default_factory=Counter)

    def __str__(self) -> str:
        """Say it: `312 shots; no picture of 14 black, 3 blurred`."""
        said = f"{self.shots:,} {'shot' if self.shots == 1 else 'shots'}"
        flaws = ", ".join(f"{count:,} {flaw}" for flaw, count in sorted(self.without.items()))
        return f"{said}; no picture of {flaws}" if flaws else said


def sample_shots(
    frames: Iterable[VideoFrame], frames_per_s: float, sampling: Sampling, tally: ShotTally
) -> Iterator[ShotFrame]:
    """Choose frames, in the order of the film; memory does not grow with its length.

    Args:
        frames: of a film or a part of one, one after another.
        frames_per_s: of the film.
        sampling: which are wanted.
        tally: is told of every shot.

    Raises:
        MissingExtraError: a package of the extra `video` is not installed.
    """
    shot: _Shot | None = None
    marked = mark_shots(frames, frames_per_s, only_keyframes=sampling.only_keyframes)
    for frame, small, begins in marked:
        too_long = shot and frame.time_s - shot.began_s >= sampling.longest_shot_s
        if shot is None or begins or too_long:
            if shot:
                yield from shot.best(tally)
            shot = _Shot(frame.time_s, sampling)
        shot.add(frame, small)
    if shot:
        yield from shot.best(tally)


class _Shot:
    """A shot while it runs."""

    def __init__(self, began_s: float, sampling: Sampling) -> None:
        self.began_s = began_s
        self._wanted = sampling.per_shot
        self._spacing_s = _FIRST_SPACING_S
        self._next_s = began_s if sampling.only_keyframes else began_s + _SETTLED_S
        self._candidates: list[VideoFrame] = []
        self._bars = Bars()

    def add(self, frame: VideoFrame, small: NDArray[np.uint8]) -> None:
        """Take the next frame of the shot."""
        self._bars.see(small)
        if frame.time_s < self._next_s:
            return
        self._candidates.append(frame)
        if len(self._candidates) > _CANDIDATES_EACH * self._wanted:
            self._candidates = self._candidates[::2]
            self._spacing_s *= 2
        self._next_s = self._candidates[-1].time_s + self._spacing_s

    def best(self, tally: ShotTally) -> Iterator[ShotFrame]:
        """Give the sharpest good frame of each of as many parts of the shot as are wanted."""
        tally.shots += 1
        flaws: Counter[Flaw] = Counter()
        given = False
        for part in _parts(self._candidates, self._wanted):
            best = self._sharpest(part, flaws)
            if best is not None:
                given = True
                rgb = np.ascontiguousarray(self._bars.cut(best.image()))
                yield ShotFrame(best.time_s, self.began_s, rgb)
        if not given and flaws:
            tally.without[flaws.most_common(1)[0][0]] += 1

    def _sharpest(self, part: list[VideoFrame], flaws: "Counter[Flaw]") -> VideoFrame | None:
        good: list[tuple[float, VideoFrame]] = []
        for frame in part:
            luma = luma_of(self._bars.cut(frame.small(WIDTH_PX)))
            blur = blur_of(luma)
            flaw = flaw_of(luma, blur)
            if flaw is None:
                good.append((blur, frame))
            else:
                flaws[flaw] += 1
        return min(good, key=lambda scored: scored[0])[1] if good else None


def _parts(items: list[Any], count: int) -> Iterator[list[Any]]:
    """Cut a list into parts of about one length; fewer than `count` if there are fewer items."""
    count = min(count, len(items))
    bounds = [round(number * len(items) / count) for number in range(count + 1)] if count else []
    for begin, end in pairwise(bounds):
        yield items[begin:end]
