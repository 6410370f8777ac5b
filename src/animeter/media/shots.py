"""Where one shot of a film ends and the next begins, told by PySceneDetect while the film runs."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from animeter.domain.errors import MissingExtraError
from animeter.media.video_frame import VideoFrame

WIDTH_PX: Final = 256
"""How wide frames are looked at: what PySceneDetect shrinks films to by itself."""

_SHORTEST_SHOT_S: Final = 0.4
_KEYFRAMES_DIFFER: Final = 20.0  # PySceneDetect's figure for a cut is 27; these lie seconds apart


class Marked(NamedTuple):
    """A frame, and whether a shot begins with it.

    Attributes:
        frame: the frame.
        small: uint8 [H, WIDTH_PX, 3] RGB.
        begins_shot: true for the first frame of all.
    """

    frame: VideoFrame
    small: NDArray[np.uint8]
    begins_shot: bool


def mark_shots(
    frames: Iterable[VideoFrame], frames_per_s: float, *, only_keyframes: bool = False
) -> Iterator[Marked]:
    """Mark the frames with which a shot begins.

    A frame comes out when the two after it have been seen: a cut is a frame that differs from the
    one before by far more than its neighbours do, so that fast movement is not taken for one.

    Args:
        frames: one after another.
        frames_per_s: of the film.
        only_keyframes: the frames lie seconds apart, so that a shot is what resembles the one
            before; comparing with neighbours means nothing then.

    Raises:
        MissingExtraError: PySceneDetect is not installed.
    """
    detector = _detector(frames_per_s, only_keyframes)
    begun = {0}
    waiting: deque[tuple[int, VideoFrame, NDArray[np.uint8]]] = deque()
    scaler = VideoFrame.scaler()
    for number, frame in enumerate(frames):
        small = frame.small(WIDTH_PX, scaler)
        begun |= detector.begun(number, small)
        waiting.append((number, frame, small))
        if len(waiting) > detector.delay_frames:
            yield _marked(waiting.popleft(), begun)
    while waiting:
        yield _marked(waiting.popleft(), begun)


def _marked(item: tuple[int, VideoFrame, NDArray[np.uint8]], begun: set[int]) -> Marked:
    number, frame, small = item
    begins = number in begun
    begun.discard(number)
    return Marked(frame, small, begins)


class _Detector:
    """One of PySceneDetect's detectors, which count frames and want them blue first."""

    def __init__(self, detector: Any, frame_timecode: Any, frames_per_s: float) -> None:
        self._detector = detector
        self._frame_timecode = frame_timecode
        self._frames_per_s = float(frames_per_s)
        self.delay_frames: int = detector.event_buffer_length

    def begun(self, number: int, small: NDArray[np.uint8]) -> set[int]:
        """Take the next frame; return the numbers of those with which shots have begun."""
        time = self._frame_timecode(number, fps=self._frames_per_s)
        cuts = self._detector.process_frame(time, np.ascontiguousarray(small[..., ::-1]))
        return {cut.frame_num for cut in cuts}


def _detector(frames_per_s: float, only_keyframes: bool) -> _Detector:
    try:
        from scenedetect import FrameTimecode
        from scenedetect.detectors import AdaptiveDetector, ContentDetector
    except ImportError as error:
        raise MissingExtraError("video", "scenedetect-headless") from error
    if only_keyframes:
        detector = ContentDetector(threshold=_KEYFRAMES_DIFFER, min_scene_len=0)
    else:
        shortest = max(1, round(_SHORTEST_SHOT_S * frames_per_s))
        detector = AdaptiveDetector(min_scene_len=shortest)
    return _Detector(detector, FrameTimecode, frames_per_s)
