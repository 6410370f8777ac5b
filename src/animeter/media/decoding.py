"""From an encoded picture in memory to a loaded Pillow picture, and nothing of Pillow's left over.

Pillow can open some 40 formats, a few by starting other programs, and keeps its choice in global
tables. So the classes of the readable formats are called here by name: no table is read or
changed, any number of threads may decode at once, and Pillow's decoders let go of the interpreter
lock while they work.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image as PillowImage
from PIL import ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from animeter.domain.errors import (
    AnimeterError,
    ImageTooLargeError,
    MissingExtraError,
    UnreadableImageError,
)
from animeter.media.containers import check_pixels, trim
from animeter.media.formats import PictureFormat
from animeter.media.limits import Limits
from animeter.media.orientation import exif_orientation

# A JPEG is shrunk while decoding only as far as this many times the wanted size is left, so that
# the filter that follows still has something to average.
_DRAFT_MARGIN = 2
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded picture, as stored: not turned yet, in whatever mode the file uses.

    Attributes:
        picture: the pixels, loaded; smaller than stored if the decoder shrank them.
        width_px: width as stored.
        height_px: height as stored.
        orientation: how the picture is to be turned, 1 to 8 as in EXIF.
        box: left, top, right and bottom of the part of `picture` that holds the stored picture,
            where that is not all of it: a side of 1333 shrunk to a quarter is 333.25 of 334 pixels.
    """

    picture: PillowImage.Image
    width_px: int
    height_px: int
    orientation: int
    box: tuple[float, float, float, float] | None = None


def decode(
    data: bytes, picture_format: PictureFormat, limits: Limits, shrink_to_px: int | None
) -> Decoded:
    """Decode the first frame of an encoded picture.

    Args:
        data: the encoded picture, whole.
        picture_format: what `data` is.
        limits: what the picture may cost.
        shrink_to_px: the side of the square that will be made of it, if any; a JPEG is then
            decoded at an eighth, a quarter or half of its size where that leaves enough.

    Raises:
        ImageError: the picture is too large, broken or of an unknown colour mode.
        MissingExtraError: the decoder of the format is not installed.
    """
    opener = _opener(picture_format)
    trimmed = trim(data, picture_format, limits)
    with decoder_errors(f"the {picture_format} file"):
        picture = opener(io.BytesIO(trimmed.data))
        width_px, height_px = picture.size
        check_pixels(width_px, height_px, limits)
        box = None
        if shrink_to_px is not None and picture_format is PictureFormat.JPEG:
            side_px = _DRAFT_MARGIN * shrink_to_px
            drafted = picture.draft(None, (side_px, side_px))
            box = None if drafted is None else drafted[1]
        picture.load()
    orientation = trimmed.orientation
    if picture_format is PictureFormat.AVIF:  # Pillow tells the container's own turning as EXIF.
        orientation = exif_orientation(picture.info.get("exif", b""))
    if picture_format is not PictureFormat.JPEG:
        width_px, height_px = picture.size  # A HEIC's size is certain only now.
        check_pixels(width_px, height_px, limits)
    return Decoded(picture, width_px, height_px, orientation, box)


@contextmanager
def decoder_errors(what: str) -> Iterator[None]:
    """Turn whatever a decoder raises into an error of ours.

    Decoders meet broken data with nearly every exception there is, so all are caught.
    """
    try:
        yield
    except AnimeterError:
        raise
    except (MemoryError, PillowImage.DecompressionBombError) as error:
        raise ImageTooLargeError(
            f"{what} asks for more memory than there is or Pillow allows ({_reason(error)}); "
            "make the picture smaller"
        ) from error
    except Exception as error:
        raise UnreadableImageError(
            f"{what} is broken, cut off or of an unknown kind ({_reason(error)}); "
            "get it again, or save it again with another program"
        ) from error


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())[:_LONGEST_REASON]
    return text if text.isprintable() and text else type(error).__name__


def _opener(picture_format: PictureFormat) -> Callable[[io.BytesIO], ImageFile.ImageFile]:
    if picture_format is not PictureFormat.HEIC:
        return _OPENERS[picture_format]
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise MissingExtraError("heif", "pillow-heif") from error
    opener: Callable[[io.BytesIO], ImageFile.ImageFile] = HeifImageFile
    return opener


_OPENERS: dict[PictureFormat, Callable[[io.BytesIO], ImageFile.ImageFile]] = {
    PictureFormat.JPEG: JpegImageFile,
    PictureFormat.PNG: PngImageFile,
    PictureFormat.GIF: GifImageFile,
    PictureFormat.WEBP: WebPImageFile,
    PictureFormat.BMP: BmpImageFile,
    PictureFormat.TIFF: TiffImageFile,
    PictureFormat.AVIF: AvifImageFile,
}
