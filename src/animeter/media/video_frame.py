"""One frame of a video: kept as decoded, made a picture only when it is asked for.

Turning a frame into RGB costs about as much as decoding it, and of thousands only one is kept.
"""

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from animeter.domain.errors import VideoError

if TYPE_CHECKING:
    import av

_UNSPECIFIED: Final = 2  # AVCOL_SPC_UNSPECIFIED
_HD_HEIGHT_PX: Final = 720
_OBLONG_AT_MOST: Final = 4


class VideoFrame:
    """A decoded frame.

    Args:
        frame: as PyAV decoded it.
        time_s: since the video's beginning.
        pixel_aspect: width of a pixel over its height; None for square ones.

    Attributes:
        time_s: since the video's beginning.
    """

    __slots__ = ("_frame", "_pixel_aspect", "time_s")

    def __init__(
        self, frame: "av.VideoFrame", time_s: float, pixel_aspect: Fraction | None = None
    ) -> None:
        self._frame = frame
        self._pixel_aspect = _plausible(pixel_aspect)
        self.time_s = time_s

    @staticmethod
    def scaler() -> Any:
        """Return what `small` may keep between frames of one video, at one width, in one thread."""
        from av.video.reformatter import VideoReformatter

        return VideoReformatter()

    def small(self, width_px: int, scaler: Any = None) -> NDArray[np.uint8]:
        """Return the frame as it is stored, shrunk to a width: uint8 [H, W, 3] RGB.

        Args:
            width_px: of the result; the height follows, and is at least 1.
            scaler: what `scaler` gave; making one for each frame takes time.

        Raises:
            VideoError: its pixels are of a kind that cannot be made RGB.
        """
        height_px = max(1, round(self._frame.height * width_px / self._frame.width))
        return self._rgb(scaler, width=width_px, height=height_px, interpolation="AREA")

    def image(self) -> NDArray[np.uint8]:
        """Return the frame as it is shown: uint8 [H, W, 3] RGB, upright, with square pixels.

        Of an interlaced frame, which holds two moments, only the first is taken.

        Raises:
            VideoError: its pixels are of a kind that cannot be made RGB.
        """
        rgb = self._rgb()
        height_px, width_px, _ = rgb.shape
        if self._frame.interlaced_frame:
            rgb = rgb[::2]
        shown_px = max(1, round(width_px * self._pixel_aspect)), height_px
        if shown_px != (rgb.shape[1], rgb.shape[0]):
            picture = PillowImage.fromarray(np.ascontiguousarray(rgb))
            rgb = np.asarray(picture.resize(shown_px, PillowImage.Resampling.BICUBIC))
        # FFmpeg's angle, like numpy's, turns against the clock.
        return np.ascontiguousarray(np.rot90(rgb, round(self._frame.rotation / 90)))

    def _rgb(self, scaler: Any = None, **wanted: Any) -> NDArray[np.uint8]:
        import av

        try:
            frame = (scaler or VideoFrame.scaler()).reformat(
                self._frame, format="rgb24", src_colorspace=self._colours, **wanted
            )
            rgb: NDArray[np.uint8] = frame.to_ndarray()
        except (av.FFmpegError, ValueError) as error:
            raise VideoError(
                f"a frame of the format {self._frame.format.name} cannot be made RGB ({error})"
            ) from error
        return rgb

    @property
    def _colours(self) -> str | int:
        """Which matrix made YUV of RGB: what the file says, or else what its size suggests."""
        stated: int = self._frame.colorspace
        if stated != _UNSPECIFIED:
            return stated
        return "ITU709" if self._frame.height >= _HD_HEIGHT_PX else "ITU601"


def _plausible(pixel_aspect: Fraction | None) -> Fraction:
    if not pixel_aspect or not 1 / _OBLONG_AT_MOST <= pixel_aspect <= _OBLONG_AT_MOST:
        return Fraction(1)
    return pixel_aspect
