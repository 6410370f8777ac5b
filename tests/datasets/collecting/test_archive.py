"""Archives: of every kind that is read, broken in every way, and hostile."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from animeter.datasets.collecting import archive_limits
from animeter.datasets.collecting.archive import ArchiveCollector
from animeter.datasets.collecting.collector import Collected, Finished, Found
from animeter.datasets.collecting.running import Collection, Tally, collect_into
from animeter.domain.results import Failure
from animeter.media.limits import Limits
from tests.support.misbehaving_site import picture

pytestmark = pytest.mark.slow

MEMBERS = {"bleach/1.png": picture(1), "naruto/2.png": picture(2), "3.PNG": picture(3)}
TARS = {"tar": bytes, "tar.gz": gzip.compress, "tar.bz2": bz2.compress, "tar.xz": lzma.compress}


def tar(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as made:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
    return file.getvalue()


def zip_of(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return file.getvalue()


def write(tmp_path: Path, kind: str, members: dict[str, bytes]) -> Path:
    path = tmp_path / f"shows.{kind}"
    path.write_bytes(TARS[kind](tar(members)) if kind in TARS else zip_of(members))
    return path


def found_in(*archives: Path, limits: Limits | None = None) -> list[Found]:
    return list(ArchiveCollector(archives, limits).collect(frozenset()))


def failure_in(archive: Path, limits: Limits | None = None) -> Failure:
    (failure,) = [one for one in found_in(archive, limits=limits) if isinstance(one, Failure)]
    return failure


@pytest.mark.parametrize("kind", ["zip", "cbz", *TARS])
def test_pictures_come_out_of_it(tmp_path: Path, kind: str) -> None:
    litter = {"notes.txt": b"x", "__MACOSX/._1.png": b"x", ".hidden/1.png": b"x"}
    path = write(tmp_path, kind, {**MEMBERS, **litter})
    *pictures, end = found_in(path)
    assert end == Finished(str(path))
    assert all(isinstance(one, Collected) for one in pictures)
    assert {
        one.source: (one.content, one.facts["folder"])
        for one in pictures
        if isinstance(one, Collected)
    } == {
        f"{path}!/bleach/1.png": (picture(1), "bleach"),
        f"{path}!/naruto/2.png": (picture(2), "naruto"),
        f"{path}!/3.PNG": (picture(3), ""),
    }


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_a_second_run_opens_only_what_was_not_finished(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path, kind, MEMBERS)
    collection = Collection(tmp_path / "out")
    assert collect_into(collection, ArchiveCollector([path])) == Tally(kept=3)
    path.unlink()  # it is not even looked for
    assert collect_into(collection, ArchiveCollector([path])) == Tally()


def test_what_failed_inside_is_tried_again_if_that_is_wanted(tmp_path: Path) -> None:
    good = write(tmp_path, "tar", {"1.png": picture(1)})
    path = write(tmp_path, "zip", {**MEMBERS, "broken.png": b"no picture"})
    archives = ArchiveCollector([good, path])
    collect_into(Collection(tmp_path / "out"), archives)
    good.unlink()  # nothing in it failed, so it is not looked for
    again = Collection(tmp_path / "out", retry_failed=True)
    assert collect_into(again, archives) == Tally(failed=1)
    path.write_bytes(zip_of({"broken.png": picture(9)}))
    assert collect_into(again, archives) == Tally(kept=1)
    assert collect_into(again, ArchiveCollector([path])) == Tally()


@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.parametrize(
    "name",
    ["../../../escaped.png", "/tmp/escaped.png", "a/../../escaped.png", "..\\..\\escaped.png"],
)
def test_no_member_is_written_where_it_wants_to_be(tmp_path: Path, kind: str, name: str) -> None:
    outside = tmp_path / "a" / "b"
    outside.mkdir(parents=True)
    path = write(outside, kind, {name: picture(1)})
    assert collect_into(Collection(outside / "out"), ArchiveCollector([path])) == Tally(kept=1)
    written = [one for one in tmp_path.rglob("*.png") if one.is_file()]
    assert len(written) == 1
    assert written[0].is_relative_to(outside / "out" / "pictures")


def test_a_member_whose_name_is_not_unicode_is_kept(tmp_path: Path) -> None:
    path = write(tmp_path, "tar", {"naruto/1.png": picture(1), "x-2.png": picture(2)})
    path.write_bytes(renamed(path.read_bytes(), b"x-2.png", b"\x83-2.png"))
    collection = Collection(tmp_path / "out")
    assert collect_into(collection, ArchiveCollector([path])) == Tally(kept=2)
    manifest = (tmp_path / "out" / "manifest.csv").read_text(encoding="utf-8")
    assert rf"{path}!/\udc83-2.png" in manifest


def renamed(content: bytes, old: bytes, new: bytes) -> bytes:
    """Rename a member of a TAR, keeping its header's sum right."""
    at = content.index(old)
    header = bytearray(content[at : at + 512])
    header[: len(new)] = new
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return content[:at] + bytes(header) + content[at + 512 :]


def test_links_and_devices_in_a_tar_are_passed_over(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(picture(9))
    path = tmp_path / "links.tar"
    with tarfile.open(path, "w") as made:
        for number, kind in enumerate((tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE)):
            info = tarfile.TarInfo(f"{number}.png")
            info.type = kind
            info.linkname = str(secret)
            made.addfile(info)
    assert found_in(path) == [Finished(str(path))]


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_a_member_that_is_too_large_is_a_failure_in_its_place(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path, kind, {"large.png": bytes(300_000), **MEMBERS})
    limits = Limits(max_bytes=200_000)
    found = found_in(path, limits=limits)
    assert sum(isinstance(one, Collected) for one in found) == 3
    failure = failure_in(path, limits)
    assert (failure.path, failure.error) == (f"{path}!/large.png", "image_too_large")


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_a_bomb_is_left(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zeros pack a thousandfold; what may come out is made small here, so that the test is too."""
    monkeypatch.setattr(archive_limits, "_FREE_BYTES", 100_000)
    bomb = {f"{number}.png": bytes(1_000_000) for number in range(20)}
    path = write(tmp_path, kind, bomb)
    assert path.stat().st_size < 200_000
    assert "a bomb" in failure_in(path).message
    assert Finished(str(path)) not in found_in(path)


def test_a_member_that_lies_about_its_size_is_read_no_further(tmp_path: Path) -> None:
    content = bytearray(zip_of({"lies.png": bytes(500_000)}))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 1000)  # the size that the list of members names
    path = tmp_path / "lies.zip"
    path.write_bytes(content)
    found = found_in(path, limits=Limits(max_bytes=100_000))
    sizes = [len(one.content) for one in found if isinstance(one, Collected)]
    assert all(size <= 100_001 for size in sizes)


def test_a_zip_whose_list_is_too_long_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "zip", {f"{n}.png": b"x" for n in range(50)})
    monkeypatch.setattr(archive_limits, "_MOST_DIRECTORY_BYTES", 1000)
    assert "list of members" in failure_in(path).message
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x05\x06")
    content[at + 12 : at + 16] = b"\xff" * 4  # as if it stood elsewhere, where nothing is
    path.write_bytes(content)
    assert "list of members" in failure_in(path).message


def test_a_tar_header_that_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    info = tarfile.TarInfo("././@LongLink")
    info.type = tarfile.GNUTYPE_LONGNAME
    info.size = 1 << 40
    path = tmp_path / "long.tar"
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(10_240))
    assert "headers" in failure_in(path).message


@pytest.mark.parametrize("kind", ["zip", *TARS])
def test_what_came_before_the_damage_is_kept(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path, kind, MEMBERS)
    whole = path.read_bytes()
    for share in (0.1, 0.2, 0.3):
        path.write_bytes(whole[: int(len(whole) * share)])
        found = found_in(path)
        assert isinstance(found[-1], Failure)
        assert all(one.content in MEMBERS.values() for one in found if isinstance(one, Collected))


def test_a_damaged_member_of_a_zip_costs_only_itself(tmp_path: Path) -> None:
    content = bytearray(zip_of(MEMBERS))
    at = content.find(b"naruto/2.png") + 40
    content[at : at + 20] = b"\xff" * 20
    path = tmp_path / "damaged.zip"
    path.write_bytes(content)
    found = found_in(path)
    assert [type(one) for one in found].count(Collected) == 2
    assert failure_in(path).path == f"{path}!/naruto/2.png"


def test_a_damaged_header_of_a_tar_is_not_taken_for_its_end(tmp_path: Path) -> None:
    content = bytearray(tar({f"{n}.png": picture(n) for n in range(12)}))
    at = content.find(b"5.png")
    content[at : at + 512] = b"\xaa" * 512
    path = tmp_path / "damaged.tar"
    path.write_bytes(content)
    found = found_in(path)
    assert isinstance(found[-1], Failure)
    assert sum(isinstance(one, Collected) for one in found) == 5


def test_an_encrypted_member_says_so(tmp_path: Path) -> None:
    content = bytearray(zip_of({"1.png": picture(1)}))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + flags] |= 1
    path = tmp_path / "locked.zip"
    path.write_bytes(content)
    assert "encrypted" in failure_in(path).message


@pytest.mark.parametrize(
    "content", [b"", b"Rar!\x1a\x07\x00", b"7z\xbc\xaf\x27\x1c", b"text" * 999]
)
def test_what_is_no_archive_is_a_failure_and_the_next_is_read(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "no-archive"
    path.write_bytes(content)
    good = write(tmp_path, "zip", MEMBERS)
    found = found_in(path, tmp_path / "missing.zip", good)
    assert [one.error for one in found if isinstance(one, Failure)] == [
        "unreadable_image",
        "file_missing",
    ]
    assert found[-1] == Finished(str(good))
