"""Videos as frames, one after another: whatever FFmpeg reads, and what a broken file still holds.

Only a few frames are in memory at a time, however long the film. What cannot be decoded is passed
over and told of in `VideoFile.trouble`; the frames before and after it come all the same. A file
may name addresses to read on from (playlists do): FFmpeg is let at files alone.
"""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from animeter.domain.errors import FileMissingError, MissingExtraError, VideoError
from animeter.media.video_frame import VideoFrame

if TYPE_CHECKING:
    import av

VIDEO_SUFFIXES: Final = frozenset(
    (
        *(".3gp", ".avi", ".divx", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg"),
        *(".mpg", ".mts", ".mxf", ".ogm", ".ogv", ".rm", ".rmvb", ".ts", ".vob", ".webm", ".wmv"),
    )
)
"""What a folder is searched for; a file that is named itself may be called anything."""

MAX_PIXELS: Final = 50_000_000
"""Frames larger than this (8K has 33 million pixels) are refused: each thread keeps several."""

# Some containers are sought through by guessing, and then there may be no key frame in time.
_SEEK_BACK_S: Final = (1.0, 20.0)
_MAX_READ_ERRORS: Final = 16
_SHORT_BY_S: Final = 5.0
_ENTRY_S: Final = 1.0  # where a recording begins, frames that lean on missing ones are no news


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """What a file says of its video.

    Attributes:
        width_px: of a frame as it is stored; a frame's image may be upright, with square pixels.
        height_px: likewise.
        frames_per_s: on average; 25 where the file does not say.
        duration_s: None where the file does not say, as one that was cut off may not.
        codec: FFmpeg's name of it, "h264" say.
    """

    width_px: int
    height_px: int
    frames_per_s: float
    duration_s: float | None
    codec: str


class VideoFile:
    """A video that is open for reading.

    Args:
        path: of a file that FFmpeg can read.
        threads: that decode; as many as there are cores if 0.

    Attributes:
        facts: what the file says of itself.

    Raises:
        FileMissingError: there is no such file.
        VideoError: it cannot be opened, or holds no video that can be decoded.
        MissingExtraError: PyAV is not installed.
    """

    def __init__(self, path: Path, threads: int = 0) -> None:
        av = _pyav()
        _check_plain(path)
        try:
            # "file:" keeps a name with a colon from being taken for an address.
            self._container = av.open(
                f"file:{path}",
                options={"protocol_whitelist": "file"},
                metadata_errors="replace",
            )
        except av.FFmpegError as error:
            raise VideoError(
                f"{path} is no video that FFmpeg can open ({_reason(error)}). "
                "Copy it whole; an MP4 whose recording was cut off cannot be read."
            ) from error
        try:
            self._stream = _video_stream(self._container, path)
            self._stream.codec_context.thread_type = "AUTO"
            self._stream.codec_context.thread_count = threads
            self.facts = _facts(self._container, self._stream)
        except BaseException:
            self._container.close()
            raise
        self._path = path
        self._errors = 0
        self._first_error = ""
        self._end = ""
        self._last_s = 0.0

    def __enter__(self) -> Self:
        """Return the video, which is open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file; frames that were given stay good."""
        self._container.close()

    @property
    def trouble(self) -> str:
        """What could not be read so far, as a sentence for people; empty if all was well."""
        parts = []
        if self._errors:
            pieces = "1 piece" if self._errors == 1 else f"{self._errors:,} pieces"
            parts.append(f"{pieces} could not be decoded (the first: {self._first_error})")
        if self._end:
            parts.append(self._end)
        return "; ".join(parts)

    def frames(self, from_s: float = 0.0, *, only_keyframes: bool = False) -> Iterator[VideoFrame]:
        """Give the frames in the order in which they are shown; call it once only.

        Frames that the decoder knows to be damaged are left out: they are smears.

        Args:
            from_s: frames before this time are left out, and most of them not decoded.
            only_keyframes: decode only the frames that stand for themselves. They come every few
                seconds, and mostly at cuts.
        """
        if only_keyframes:
            self._stream.codec_context.skip_frame = "NONKEY"
        decoded = self._timed() if from_s <= 0 else self._timed_from(from_s)
        for time_s, frame in decoded:
            self._last_s = max(self._last_s, time_s)
            if time_s < from_s:
                continue
            if not frame.is_corrupt:
                yield VideoFrame(frame, time_s, self._stream.sample_aspect_ratio)
            elif time_s >= from_s + _ENTRY_S:
                self._count("the frame is damaged")
        if not only_keyframes:
            self._compare_with_duration()

    @property
    def _step_s(self) -> float:
        return 1 / self.facts.frames_per_s

    def _timed(self) -> "Iterator[tuple[float, av.VideoFrame]]":
        """Give all frames from here on with their times, 0 at the film's beginning."""
        time_s = -self._step_s
        for frame in self._decoded():
            # A frame without a time follows the one before it.
            if frame.pts is None:
                time_s += self._step_s
            else:
                time_s = float((frame.pts - (self._stream.start_time or 0)) * self._time_base)
            yield time_s, frame

    def _timed_from(self, from_s: float) -> "Iterator[tuple[float, av.VideoFrame]]":
        """Give the frames from a time on, and perhaps some before it."""
        for back_s in _SEEK_BACK_S:
            if from_s > back_s and self._seek(from_s - back_s):
                decoded = self._timed()
                first = next(decoded, None)
                if first is not None and first[0] <= from_s + self._step_s:
                    return chain([first], decoded)
        # There is no way into the middle of this file.
        self._reopen()
        return self._timed()

    @property
    def _time_base(self) -> Fraction:
        return self._stream.time_base or Fraction(1, 1000)

    def _seek(self, time_s: float) -> bool:
        import av

        offset = (self._stream.start_time or 0) + int(time_s / self._time_base)
        try:
            self._container.seek(offset, stream=self._stream)
        except av.FFmpegError:
            return False
        return True

    def _reopen(self) -> None:
        again = VideoFile(self._path, self._stream.codec_context.thread_count)
        self._container.close()
        again._stream.codec_context.skip_frame = self._stream.codec_context.skip_frame
        self._container, self._stream = again._container, again._stream

    def _decoded(self) -> "Iterator[av.VideoFrame]":
        import av

        for packet in self._packets():
            try:
                frames = self._stream.decode(packet)
            except av.FFmpegError as error:
                # EOFError: told to go on after the end, as some broken files make it.
                if not isinstance(error, EOFError):
                    self._count(_reason(error))
                continue
            yield from frames

    def _packets(self) -> "Iterator[av.Packet[Any] | None]":
        """The coded pieces, and None at the end, which has the decoder give what it holds back."""
        import av

        failed = 0
        while True:
            try:
                for packet in self._container.demux(self._stream):
                    if packet.size:
                        failed = 0
                        yield packet
                break
            except av.FFmpegError as error:
                failed += 1
                self._count(_reason(error))
                if failed == _MAX_READ_ERRORS:
                    self._end = f"reading ended for good at {self._last_s:.0f} s"
                    break
        yield None

    def _count(self, reason: str) -> None:
        self._errors += 1
        self._first_error = self._first_error or f"{reason}, at {self._last_s:.0f} s"

    def _compare_with_duration(self) -> None:
        duration_s = self.facts.duration_s
        if (
            not self._end
            and duration_s
            and self._last_s < duration_s - min(_SHORT_BY_S, duration_s / 4)
        ):
            self._end = f"the film ends at {self._last_s:.0f} s of {duration_s:.0f} s"


def _pyav() -> Any:
    try:
        import av
    except ImportError as error:
        raise MissingExtraError("video", "av") from error
    return av


def _check_plain(path: Path) -> None:
    """Refuse what would block or is nothing, before FFmpeg opens it."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileMissingError(f"There is no file at {path}. Check the path.") from error
    except (OSError, ValueError) as error:
        raise VideoError(f"{path} cannot be read ({_reason(error)}).") from error
    if not stat.S_ISREG(status.st_mode):
        raise VideoError(f"{path} is a folder, pipe or device, where a video file was wanted.")
    if status.st_size == 0:
        raise VideoError(f"{path} is empty (0 bytes). Get it again.")


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _video_stream(container: Any, path: Path) -> Any:
    """Choose the film among a file's streams: cover art is a video to FFmpeg too."""
    from av.stream import Disposition

    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            break
    else:
        raise VideoError(f"{path} holds no video. Name a film or an episode.")
    context = stream.codec_context
    if context is None or not context.width or not context.height:
        raise VideoError(
            f"{path} holds a video of which FFmpeg cannot tell the codec or the size. "
            "Copy it whole, or convert it to MP4 first."
        )
    if context.width * context.height > MAX_PIXELS:
        raise VideoError(
            f"{path} has frames of {context.width} x {context.height} pixels; at most "
            f"{MAX_PIXELS:,} pixels are decoded. Make it smaller."
        )
    context.options = {**context.options, "max_pixels": str(MAX_PIXELS)}
    return stream


def _facts(container: Any, stream: Any) -> VideoFacts:
    rate = stream.average_rate or stream.guessed_rate or stream.base_rate
    if stream.duration is not None and stream.time_base is not None:
        duration_s = float(stream.duration * stream.time_base)
    else:
        duration_s = (container.duration or 0) / 1_000_000
    return VideoFacts(
        width_px=stream.codec_context.width,
        height_px=stream.codec_context.height,
        frames_per_s=float(rate) if rate else 25.0,
        duration_s=duration_s if duration_s > 0 else None,
        codec=stream.codec_context.name,
    )
