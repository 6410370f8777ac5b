"""How much a picture may ask for before it is refused.

Each limit is checked before the work it bounds: bytes before a file is read, parts before its
parts are looked at, pixels before they are decoded.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one picture may cost at most.

    Attributes:
        max_bytes: size of the encoded picture.
        max_pixels: width times height. Decoding takes 4 to 12 bytes of memory a pixel, a WebP with
            transparency up to 20, a JPEG that is shrunk meanwhile 0.2 (progressive ones 6).
        max_parts: segments, chunks, blocks or strips that the file is cut into. Real files have
            at most a few thousand; each one is handled in Python, so millions take minutes.
        max_scans: passes over the picture in a progressive JPEG. Encoders write about 10; a small
            file can hold thousands, and each is a walk over every pixel.
    """

    max_bytes: int = 64 * 2**20
    max_pixels: int = 100_000_000
    max_parts: int = 100_000
    max_scans: int = 64

    def __post_init__(self) -> None:
        for name in ("max_bytes", "max_pixels", "max_parts", "max_scans"):
            value = getattr(self, name)
            if value < 1:
                raise ValueError(f"{name} is {value}; it must be at least 1")
