"""A picture for a screen: any format in, a JPEG of moderate size out."""

import io
from pathlib import Path
from typing import Final

from PIL import Image as PillowImage

from animeter.media.images import DEFAULT_LIMITS, read_image
from animeter.media.limits import Limits

_QUALITY: Final = 90
LONGEST_SIDE_PX: Final = 1600


def preview(
    path: Path, limits: Limits = DEFAULT_LIMITS, longest_side_px: int = LONGEST_SIDE_PX
) -> bytes:
    """Return a picture as a JPEG that any browser shows, upright and without what else it carried.

    Args:
        path: the picture's file.
        limits: what it may cost.
        longest_side_px: of the JPEG; a smaller picture keeps its size.

    Raises:
        FileMissingError: there is no file at the path.
        ImageError: the picture cannot be read, or is too large.
        MissingExtraError: an optional decoder is needed (HEIC).
    """
    picture = PillowImage.fromarray(read_image(path, limits).rgb)
    picture.thumbnail((longest_side_px, longest_side_px), PillowImage.Resampling.LANCZOS)
    output = io.BytesIO()
    picture.save(output, "JPEG", quality=_QUALITY, subsampling=0)
    return output.getvalue()
