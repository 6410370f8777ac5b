"""Which format some bytes are, told by the bytes alone: a file's name may lie.

Only the formats named here are ever handed to a decoder.
"""

from codecs import getincrementaldecoder
from enum import StrEnum

from animeter.domain.errors import UnsupportedFormatError


class PictureFormat(StrEnum):
    """A format of encoded pictures that can be read."""

    JPEG = "jpeg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"
    BMP = "bmp"
    TIFF = "tiff"
    AVIF = "avif"
    HEIC = "heic"


# What a folder is searched for; the content is still told by the bytes.
PICTURE_SUFFIXES = frozenset(
    (
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".png",
        ".apng",
        ".gif",
        ".webp",
        ".bmp",
        ".tif",
        ".tiff",
        ".avif",
        ".heic",
        ".heif",
        ".hif",
    )
)

READABLE = "JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC"

_MAGIC = (
    (b"\xff\xd8\xff", PictureFormat.JPEG),
    (b"\x89PNG\r\n\x1a\n", PictureFormat.PNG),
    (b"GIF87a", PictureFormat.GIF),
    (b"GIF89a", PictureFormat.GIF),
    (b"II*\x00", PictureFormat.TIFF),
    (b"MM\x00*", PictureFormat.TIFF),
    (b"II+\x00", PictureFormat.TIFF),
    (b"MM\x00+", PictureFormat.TIFF),
    (b"BM", PictureFormat.BMP),
)
_AVIF_BRANDS = frozenset((b"avif", b"avis"))
_HEIC_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
)
_OTHER_MAGIC = (
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript document"),
    (b"8BPS", "a Photoshop document"),
    (b"gimp xcf", "a GIMP document"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\x00\x00\x01\x00", "a Windows icon"),
    (b"DDS ", "a DirectDraw texture"),
    (b"qoif", "a QOI picture"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (b"OggS", "an Ogg audio or video file"),
    (b"ID3", "an MP3 audio file"),
)


def sniff(data: bytes) -> PictureFormat:
    """Tell the format of an encoded picture.

    Args:
        data: the encoded picture; its first bytes decide.

    Raises:
        UnsupportedFormatError: the bytes are none of the formats that can be read. The message
            names what they look like instead.
    """
    for magic, picture_format in _MAGIC:
        if data.startswith(magic):
            return picture_format
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return PictureFormat.WEBP
    brands = _brands(data)
    if brands & _AVIF_BRANDS:
        return PictureFormat.AVIF
    if brands & _HEIC_BRANDS:
        return PictureFormat.HEIC
    raise UnsupportedFormatError(
        f"this is {_describe(data)}, not a picture that can be read; "
        f"convert it to {READABLE} first, whatever its name says"
    )


def _brands(data: bytes) -> frozenset[bytes]:
    """The major and compatible brands of a file of the ISO base media family, else nothing."""
    if data[4:8] != b"ftyp":
        return frozenset()
    end = min(int.from_bytes(data[:4], "big"), len(data), 256)
    compatible = (data[start : start + 4] for start in range(16, end, 4))
    return frozenset((data[8:12], *compatible))


def _describe(data: bytes) -> str:
    for magic, name in _OTHER_MAGIC:
        if data.startswith(magic):
            return name
    if data.startswith(b"RIFF"):
        return "an AVI video" if data[8:12] == b"AVI " else "a RIFF file that is not WebP"
    if data[4:8] == b"ftyp":
        return "a video (MP4 or QuickTime)"
    return _describe_text(data)


def _describe_text(data: bytes) -> str:
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in head:
        return "an SVG drawing"
    if head.startswith((b"<!doctype html", b"<html")) or b"<html" in head:
        return "an HTML page (a failed download, perhaps)"
    if head.startswith(b"<?xml"):
        return "an XML document"
    if _is_text(head):
        return "text"
    return f"data of an unknown kind (it begins with {data[:8].hex(' ')})"


def _is_text(head: bytes) -> bool:
    """Whether the bytes are UTF-8, perhaps cut off, without controls other than white space."""
    try:
        characters = getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return bool(characters) and all(c.isprintable() or c.isspace() for c in characters)
