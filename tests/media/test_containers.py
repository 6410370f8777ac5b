"""Files whose trouble is not in the pixels: each is refused or trimmed before a decoder sees it."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import PngImagePlugin

from animeter.domain.errors import ImageTooLargeError, UnreadableImageError
from animeter.media.containers import trim
from animeter.media.formats import PictureFormat, sniff
from animeter.media.images import read_image
from animeter.media.limits import Limits
from tests.media.pictures import encode, scene

FEW_PARTS = Limits(max_parts=1000)


def jpeg_with(segments: bytes) -> bytes:
    data = encode(scene(), "JPEG")
    return data[:2] + segments + data[2:]


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with(chunks: bytes) -> bytes:
    data = encode(scene(), "PNG")
    return data[:33] + chunks + data[33:]  # After the signature and IHDR.


def exif_bomb(fields: int, body_bytes: int) -> bytes:
    """A block of EXIF in which every field claims the same bytes."""
    entries = b"".join(
        struct.pack("<HHII", 0xC000 + number, 7, body_bytes, 8 + 2 + 12 * fields + 4)
        for number in range(fields)
    )
    return b"II*\0" + struct.pack("<IH", 8, fields) + entries + bytes(4) + bytes(body_bytes)


# What decoding does not need is gone, and the pixels are the same.


@pytest.mark.parametrize(
    "marker", [0xE1, 0xE2, 0xED, 0xEF, 0xFE], ids=["APP1", "APP2", "APP13", "APP15", "COM"]
)
def test_jpeg_metadata_is_dropped(marker: int) -> None:
    data = jpeg_with(segment(marker, b"needle" * 100))
    assert b"needle" not in trim(data, PictureFormat.JPEG, Limits()).data
    assert np.array_equal(read_image(data).rgb, read_image(encode(scene(), "JPEG")).rgb)


def test_what_says_how_jpeg_colours_are_stored_is_kept() -> None:
    """Without its Adobe segment, this picture would come out in its negative."""
    data = encode(scene().convert("CMYK"), "JPEG", quality=95)
    assert b"Adobe" in data
    grey = np.asarray(scene().convert("L")).astype(int)
    assert np.abs(np.asarray(read_image(data).rgb).mean(axis=2) - grey).mean() < 20


def test_jpeg_fill_bytes_and_junk_between_segments_are_passed_over() -> None:
    data = jpeg_with(b"\xff\xff\xff\xfe\x00\x04ab" + b"junk" + b"\xff\x00")
    assert np.array_equal(read_image(data).rgb, read_image(encode(scene(), "JPEG")).rgb)


def test_png_text_profiles_and_later_frames_are_dropped() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("needle", "needle")
    frames = {"save_all": True, "append_images": [scene(seed=1)]}
    data = encode(scene(), "PNG", pnginfo=info, icc_profile=b"profile", **frames)
    assert b"acTL" in data
    trimmed = trim(data, PictureFormat.PNG, Limits()).data
    for kind in (b"needle", b"iCCP", b"acTL", b"fcTL", b"fdAT"):
        assert kind not in trimmed
    assert np.array_equal(read_image(data).rgb, np.asarray(scene()))


def test_gif_comments_are_dropped_and_transparency_is_kept() -> None:
    picture = scene().quantize(16)
    data = encode(picture, "GIF", comment=b"needle" * 200, transparency=3)
    assert b"needle" not in trim(data, PictureFormat.GIF, Limits()).data
    clear = np.asarray(picture) == 3
    assert clear.any()
    assert (read_image(data).rgb[clear] == 255).all()


def test_zeros_between_the_blocks_of_a_gif_are_passed_over() -> None:
    data = encode(scene(), "GIF")
    head = 13 + 3 * 256
    assert data[head:].startswith((b"!", b","))
    padded = data[:head] + bytes(5) + data[head:]
    assert np.array_equal(read_image(padded).rgb, read_image(data).rgb)


# What is out of proportion is refused.


def test_a_jpeg_of_countless_segments() -> None:
    with pytest.raises(ImageTooLargeError, match="more than 1,000 parts"):
        read_image(jpeg_with(segment(0xFE, b"") * 1001), FEW_PARTS)
    assert read_image(jpeg_with(segment(0xFE, b"") * 900), FEW_PARTS).width_px == 96


def test_a_png_of_countless_chunks() -> None:
    with pytest.raises(ImageTooLargeError, match="more than 1,000 parts"):
        read_image(png_with(chunk(b"tEXt", b"a\0b") * 1001), FEW_PARTS)


def test_a_gif_of_countless_blocks() -> None:
    data = encode(scene(), "GIF")
    head = 13 + 3 * 256
    for filler in (b"\x21\xfe\x00", b"\x21\xfe" + b"\x01a" * 2 + b"\0", b"\0"):
        with pytest.raises(ImageTooLargeError, match="more than 1,000 parts"):
            read_image(data[:head] + filler * 1001 + data[head:], FEW_PARTS)


def test_a_progressive_jpeg_of_countless_scans() -> None:
    """Each more pass costs some ten bytes of file, and a walk over the whole picture."""
    data = encode(scene(), "JPEG", progressive=True)
    last_scan = data[data.rindex(b"\xff\xda") : -2]
    bomb = data[:-2] + last_scan * 65 + data[-2:]
    with pytest.raises(ImageTooLargeError, match="more than 64 passes"):
        read_image(bomb)
    few = data[:-2] + last_scan * 5 + data[-2:]
    assert read_image(few).width_px == 96


def test_what_looks_like_scans_inside_other_segments_is_not_counted() -> None:
    """A thumbnail, or data after the end, may hold the two bytes of a scan any number of times."""
    data = encode(scene(), "JPEG", progressive=True)
    second = data.index(b"\xff\xda", data.index(b"\xff\xda") + 2)
    inside = data[:second] + segment(0xFE, b"\xff\xda" * 100) + data[second:]
    assert read_image(inside).width_px == 96
    assert read_image(data + b"\xff\xda" * 100).width_px == 96


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, when it encodes the bomb.
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_exif_that_claims_the_same_bytes_again_and_again_is_not_followed(format_name: str) -> None:
    """400 fields that each claim the same 60,000 bytes make 24 MB of 65 kB."""
    import tracemalloc

    bomb = exif_bomb(fields=400, body_bytes=60_000)
    data = encode(scene(), format_name)
    if format_name == "JPEG":
        data = jpeg_with(segment(0xE1, b"Exif\0\0" + bomb[:65000]))
    elif format_name == "PNG":
        data = png_with(chunk(b"eXIf", bomb))
    else:
        data = encode(scene(), format_name, exif=bomb)
    tracemalloc.start()
    try:
        assert read_image(data).width_px == 96
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 3_000_000


def test_a_webp_canvas_is_checked_before_it_is_allocated() -> None:
    data = bytearray(encode(scene().convert("RGBA"), "WEBP", exif=b"II*\0" + bytes(8)))
    assert data[12:16] == b"VP8X"
    data[24:30] = (16382).to_bytes(3, "little") * 2
    with pytest.raises(ImageTooLargeError, match="16383 x 16383"):
        read_image(bytes(data))


def test_a_large_run_length_bmp_is_refused() -> None:
    info = struct.pack("<IiiHHIIiiII", 40, 9000, 9000, 1, 8, 1, 0, 0, 0, 0, 0)
    header = b"BM" + struct.pack("<IHHI", 1078, 0, 0, 1078)
    with pytest.raises(ImageTooLargeError, match="run-length coded"):
        read_image(header + info + bytes(1024) + b"\0\1")


# TIFF.


def tiff(fields: list[tuple[int, int, int, int]], body: bytes = b"") -> bytes:
    """A little-endian TIFF of fields (tag, type, count, value), then a body."""
    listed = b"".join(struct.pack("<HHII", *field) for field in fields)
    return b"II*\0" + struct.pack("<IH", 8, len(fields)) + listed + bytes(4) + body


GREY_2X2 = [
    (256, 3, 1, 2),
    (257, 3, 1, 2),
    (258, 3, 1, 8),
    (259, 3, 1, 1),
    (262, 3, 1, 1),
    (273, 4, 1, 8 + 2 + 12 * 8 + 4),
    (278, 3, 1, 2),
    (279, 4, 1, 4),
]


def test_the_tiff_of_these_tests_is_sound() -> None:
    assert read_image(tiff(GREY_2X2, bytes([0, 85, 170, 255]))).rgb[..., 0].tolist() == [
        [0, 85],
        [170, 255],
    ]


def test_tiff_fields_that_claim_more_than_there_is() -> None:
    fields = [*GREY_2X2, *((0xC000 + number, 7, 50_000, 200) for number in range(50))]
    with pytest.raises(UnreadableImageError, match=r"claim 2,500,\d+ bytes, but it has 50,"):
        read_image(tiff(fields, bytes(50_000)))


def test_tiff_of_countless_strips() -> None:
    fields = [field for field in GREY_2X2 if field[0] != 273] + [(273, 4, 200_000, 200)]
    with pytest.raises(ImageTooLargeError, match="200,000 strips or tiles"):
        read_image(tiff(sorted(fields), bytes(900_000)))


def test_tiff_tiles_larger_than_any_picture() -> None:
    tiles = [(322, 4, 1, 2**31), (323, 4, 1, 2**31), (324, 4, 1, 200), (325, 4, 1, 4)]
    fields = [field for field in GREY_2X2 if field[0] not in (273, 278, 279)] + tiles
    with pytest.raises(ImageTooLargeError, match="tiles of"):
        read_image(tiff(fields, bytes(100)))


@pytest.mark.parametrize("start", [1000, 2**32 - 1])
def test_tiff_whose_fields_lie_beyond_the_end(start: int) -> None:
    with pytest.raises(UnreadableImageError):
        read_image(b"MM\0*" + struct.pack(">I", start) + bytes(100))


def test_big_tiffs_are_read() -> None:
    picture = scene()
    data = encode(picture, "TIFF", big_tiff=True)
    assert data[2:4] == b"+\0"
    assert np.array_equal(read_image(data).rgb, np.asarray(picture))


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_deflate", "packbits", "jpeg"])
def test_compressed_tiffs_are_read(compression: str) -> None:
    picture = scene().resize((64, 64)).resize((96, 64), PillowImage.Resampling.BICUBIC)
    rgb = read_image(encode(picture, "TIFF", compression=compression)).rgb
    assert np.abs(rgb.astype(int) - np.asarray(picture)).mean() < 12


# Formats of the ISO base media family.


@pytest.mark.parametrize(
    ("brands", "expected"),
    [
        (b"avif\0\0\0\0avifmif1", PictureFormat.AVIF),
        (b"mif1\0\0\0\0mif1avif", PictureFormat.AVIF),
        (b"heic\0\0\0\0mif1heic", PictureFormat.HEIC),
        (b"mif1\0\0\0\0mif1heic", PictureFormat.HEIC),
    ],
)
def test_brands_tell_avif_from_heic(brands: bytes, expected: PictureFormat) -> None:
    assert sniff(struct.pack(">I", 8 + len(brands)) + b"ftyp" + brands) is expected


def test_a_format_that_ends_in_its_header_is_cut_off() -> None:
    for format_name in ("GIF", "WEBP", "BMP", "TIFF"):
        data = encode(scene(), format_name)[:13]
        with pytest.raises(UnreadableImageError, match="cut off"):
            read_image(data)
