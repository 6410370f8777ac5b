"""Ways to break a valid file. Each takes the bytes and a source of chance, and returns new bytes.

Most of what a decoder gets wrong starts in a header, so half of all places are chosen there, and
sizes are lied about on purpose.
"""

import random
import struct
import zlib
from collections.abc import Callable

from tests.fuzz.seeds import seed_files

_HEADER_BYTES = 256
_MOST_BYTES = 1_000_000
_TELLING_NUMBERS = (
    *(0, 1, 2, 3, 7, 8, 127, 128, 255, 256, 1000, 32767, 32768, 65535, 65536),
    *(2**24, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1),
)


def mutated(number: int, seed: int) -> tuple[str, bytes]:
    """The input of this number: the name of the file it was made from, and its bytes."""
    files = seed_files()
    names = sorted(files)
    name = names[number % len(names)]  # By turns, so that each gets its share.
    chance = random.Random(f"{seed}:{number}")
    data = files[name]
    for _ in range(chance.choice((1, 1, 2, 3, 5))):
        data = chance.choice(_MUTATIONS)(data, chance)[:_MOST_BYTES]
    if name.startswith("png") and chance.random() < 0.7:
        data = _with_right_checksums(data)
    return name, data


def _place(data: bytes, chance: random.Random) -> int:
    if not data:
        return 0
    end = min(len(data), _HEADER_BYTES) if chance.random() < 0.5 else len(data)
    return chance.randrange(end)


def _slice(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = _place(data, chance)
    return start, min(len(data), start + chance.choice((1, 2, 4, 16, 64, 300, 2000)))


def _flip_bits(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        if changed:
            changed[_place(data, chance)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _random_bytes(data: bytes, chance: random.Random) -> bytes:
    start, end = _slice(data, chance)
    return data[:start] + chance.randbytes(end - start) + data[end:]


def _same_bytes(data: bytes, chance: random.Random) -> bytes:
    start, end = _slice(data, chance)
    return data[:start] + bytes([chance.choice((0, 255))]) * (end - start) + data[end:]


def _truncate(data: bytes, chance: random.Random) -> bytes:
    return data[: _place(data, chance)]


def _delete(data: bytes, chance: random.Random) -> bytes:
    start, end = _slice(data, chance)
    return data[:start] + data[end:]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    start, end = _slice(data, chance)
    return data[:end] + data[start:end] * chance.choice((1, 2, 10, 1000)) + data[end:]


def _insert(data: bytes, chance: random.Random) -> bytes:
    start, _ = _slice(data, chance)
    return data[:start] + chance.randbytes(chance.choice((1, 3, 50))) + data[start:]


def _splice(data: bytes, chance: random.Random) -> bytes:
    """The beginning of this file and the end of another."""
    other = chance.choice(sorted(seed_files().values()))
    return data[: _place(data, chance)] + other[_place(other, chance) :]


def _number(data: bytes, chance: random.Random) -> bytes:
    """A number of two or four bytes, of the kind that overflows."""
    code = chance.choice(("<H", ">H", "<I", ">I"))
    limit = 2 ** (8 * struct.calcsize(code))
    packed = struct.pack(code, chance.choice(_TELLING_NUMBERS) % limit)
    start = _place(data, chance)
    return data[:start] + packed + data[start + len(packed) :]


def _size_places(data: bytes) -> list[tuple[int, str]]:
    """Where the format keeps its sizes, depths and kinds, and how."""
    if data.startswith(b"GIF"):
        image = data.find(b",", 13 + 3)
        return [(6, "<H"), (8, "<H"), (10, "<B"), (image + 5, "<H"), (image + 7, "<H")]
    if data.startswith((b"II", b"MM")):
        order = "<" if data.startswith(b"II") else ">"
        start = struct.unpack_from(order + "I", data, 4)[0] if len(data) > 8 else 8
        fields = [start + 2 + 12 * number for number in range(20)]
        parts = ((2, order + "H"), (4, order + "I"), (8, order + "I"))
        return [(at + step, code) for at in fields for step, code in parts]
    if data.startswith(b"\xff\xd8"):
        frames = [data.find(bytes((0xFF, kind))) for kind in (0xC0, 0xC2, 0xC4, 0xDA, 0xDB)]
        return [(at + step, ">H") for at in frames if at > 0 for step in (2, 4, 5, 7, 9, 11)]
    if data[4:8] == b"ftyp":
        boxes = [data.find(kind) for kind in (b"ispe", b"iloc", b"irot", b"iprp", b"av1C", b"hvcC")]
        return [(at + step, ">I") for at in boxes if at > 0 for step in (-4, 4, 8, 12)]
    return _FIXED_PLACES.get(data[:2], [])


_FIXED_PLACES = {
    b"\x89P": [(16, ">I"), (20, ">I"), (24, ">B"), (25, ">B"), (28, ">B")],
    b"BM": [(place, "<I") for place in (10, 14, 18, 22, 30, 46)] + [(28, "<H")],
    b"RI": [(4, "<I"), (16, "<I"), (21, "<I")] + [(place, "<H") for place in (24, 26, 27, 28)],
}


def _lie_about_size(data: bytes, chance: random.Random) -> bytes:
    places = [place for place in _size_places(data) if 0 <= place[0] < len(data) - 4]
    if not places:
        return _number(data, chance)
    start, code = chance.choice(places)
    limit = 2 ** (8 * struct.calcsize(code))
    packed = struct.pack(code, chance.choice(_TELLING_NUMBERS) % limit)
    return data[:start] + packed + data[start + len(packed) :]


def _with_right_checksums(data: bytes) -> bytes:
    """Make the chunks of a PNG pass, so that what is inside them is looked at."""
    changed = bytearray(data)
    position = 8
    while position + 12 <= len(changed):
        (length,) = struct.unpack_from(">I", changed, position)
        end = position + 8 + length
        if end + 4 > len(changed):
            break
        struct.pack_into(">I", changed, end, zlib.crc32(changed[position + 4 : end]))
        position = end + 4
    return bytes(changed)


_MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip_bits,
    _flip_bits,
    _random_bytes,
    _same_bytes,
    _truncate,
    _delete,
    _repeat,
    _insert,
    _splice,
    _number,
    _number,
    _lie_about_size,
    _lie_about_size,
    _lie_about_size,
)
