"""Collects frames of films and episodes: a few of every shot, as JPEG.

A film is worked through in segments of a few minutes, each cut off from the others, so that a run
that was killed goes on where it was and gives the same pictures as one that was not.
"""

from collections.abc import Container, Iterator, Sequence
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from animeter.datasets.collecting.collector import Collected, Finished, Found
from animeter.datasets.collecting.series_names import series_of
from animeter.datasets.records import escaped, why_unwritable
from animeter.domain.errors import FileMissingError, VideoError
from animeter.domain.results import Failure
from animeter.media.shot_frames import Sampling, ShotFrame, ShotTally, sample_shots
from animeter.media.video import VIDEO_SUFFIXES, VideoFile

_SEGMENT_S: Final = 300
_JPEG_QUALITY: Final = 95


class VideoCollector:
    """Frames of videos, and of all videos in folders.

    Args:
        places: files and folders.
        sampling: which frames are wanted.
        series: of all of them; read off each file's name unless given.
        longest_side_px: larger frames are shrunk; None keeps them as they are.
        threads: that decode; as many as there are cores if 0.
    """

    name = "video"
    columns = ("series", "video", "time_s", "shot_s")

    def __init__(
        self,
        places: Sequence[Path],
        sampling: Sampling,
        series: str | None = None,
        longest_side_px: int | None = None,
        threads: int = 0,
    ) -> None:
        self._places = tuple(places)
        self._sampling = sampling
        self._series = series
        self._longest_side_px = longest_side_px
        self._threads = threads

    def collect(self, done: Container[str]) -> Iterator[Found]:
        """Give the frames, film by film."""
        for place in self._places:
            for path in _videos(place):
                source = str(path.absolute())
                if escaped(source) in done:
                    continue
                if failure := why_unwritable(source):
                    yield failure
                    continue
                try:
                    with VideoFile(path, self._threads) as video:
                        yield from self._film(video, path, done)
                except (VideoError, FileMissingError) as error:
                    yield Failure.from_error(source, error)

    def _film(self, video: VideoFile, path: Path, done: Container[str]) -> Iterator[Found]:
        source = str(path.absolute())
        segment = 0
        while _segment_source(source, segment) in done:
            segment += 1
        tally = ShotTally()
        frames = video.frames(segment * _SEGMENT_S, only_keyframes=self._sampling.only_keyframes)
        for number, part in groupby(frames, key=lambda frame: int(frame.time_s // _SEGMENT_S)):
            trouble = video.trouble
            for frame in sample_shots(part, video.facts.frames_per_s, self._sampling, tally):
                if _frame_source(source, frame) not in done:
                    yield self._collected(frame, path)
            if video.trouble == trouble:  # a better copy is looked at again where this is broken
                yield Finished(_segment_source(source, number), "this part was looked at")
        if not tally.shots and not segment:
            raise VideoError(
                f"not one frame of {path} can be decoded ({video.trouble or 'it holds none'}). "
                "Get the file again."
            )
        if video.trouble:
            message = f"{path} is broken: {video.trouble}. What could be read was taken."
            yield Failure.from_error(source, VideoError(message))
        else:
            yield Finished(source, str(tally))

    def _collected(self, frame: ShotFrame, path: Path) -> Collected:
        minutes, seconds = divmod(frame.time_s, 60)
        hours, minutes = divmod(int(minutes), 60)
        series = series_of(path.absolute()) if self._series is None else self._series
        return Collected(
            source=_frame_source(str(path.absolute()), frame),
            content=_jpeg(frame.rgb, self._longest_side_px),
            name=f"{series}/{path.stem}/{hours:02}-{minutes:02}-{seconds:06.3f}",
            facts={
                "series": series,
                "video": path.name,
                "time_s": f"{frame.time_s:.3f}",
                "shot_s": f"{frame.shot_s:.3f}",
            },
        )


def _videos(place: Path) -> Iterator[Path]:
    """Give a file as it is, and of a folder all that are named as videos, hidden ones aside."""
    if not place.is_dir():
        yield place
        return
    for path in sorted(place.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(place).parts)
        if path.suffix.lower() in VIDEO_SUFFIXES and not hidden and path.is_file():
            yield path


def _segment_source(source: str, number: int) -> str:
    return f"{source}#{number * _SEGMENT_S}-{(number + 1) * _SEGMENT_S}"


def _frame_source(source: str, frame: ShotFrame) -> str:
    return f"{source}#{frame.time_s:.3f}"


def _jpeg(rgb: NDArray[np.uint8], longest_side_px: int | None) -> bytes:
    picture = PillowImage.fromarray(rgb)
    if longest_side_px is not None:
        picture.thumbnail((longest_side_px, longest_side_px), PillowImage.Resampling.LANCZOS)
    encoded = BytesIO()
    picture.save(encoded, "JPEG", quality=_JPEG_QUALITY)
    return encoded.getvalue()
