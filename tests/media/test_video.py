"""Videos of several codecs, whole and broken: what can be read is read, and the rest is told."""

import os
import socket
import wave
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from animeter.domain.errors import FileMissingError, VideoError
from animeter.media.video import VideoFile
from tests.support.drawn_film import FRAMES_PER_S, cut_together, held, plain, scene, write_film

pytestmark = pytest.mark.slow

SECONDS = 6
X264 = {"preset": "ultrafast", "g": str(2 * FRAMES_PER_S)}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the same film in several formats."""
    folder = tmp_path_factory.mktemp("films")
    frames = list(cut_together(*map(scene, range(SECONDS))))
    write_film(folder / "film.mp4", frames, options=X264)
    write_film(folder / "film.mkv", frames, options=X264)
    write_film(folder / "film.ts", frames, options=X264)
    write_film(folder / "film.avi", frames, "mpeg4")
    write_film(
        folder / "film.webm", frames, "libvpx", options={"deadline": "realtime", "cpu-used": "8"}
    )
    return folder


def times(path: Path, from_s: float = 0.0) -> tuple[list[float], str]:
    with VideoFile(path) as video:
        return [round(frame.time_s, 3) for frame in video.frames(from_s)], video.trouble


@pytest.mark.parametrize("name", ["film.mp4", "film.mkv", "film.ts", "film.avi", "film.webm"])
def test_every_frame_comes_with_its_time(films: Path, name: str) -> None:
    found, trouble = times(films / name)
    wanted = [number / FRAMES_PER_S for number in range(SECONDS * FRAMES_PER_S)]
    assert found == pytest.approx(wanted, abs=0.002)
    assert trouble == ""


@pytest.mark.parametrize("name", ["film.mp4", "film.mkv", "film.ts", "film.avi", "film.webm"])
@pytest.mark.parametrize("from_s", [0.5, 3.25])
def test_a_part_of_a_film_is_the_end_of_the_whole(films: Path, name: str, from_s: float) -> None:
    whole, _ = times(films / name)
    part, trouble = times(films / name, from_s)
    assert part == [time_s for time_s in whole if time_s >= from_s]
    assert trouble == ""


def test_key_frames_alone_are_fewer(films: Path) -> None:
    with VideoFile(films / "film.mp4") as video:
        found = [frame.time_s for frame in video.frames(only_keyframes=True)]
        assert video.trouble == ""
    assert found == pytest.approx([0.0, 2.0, 4.0], abs=0.01)


def test_facts_are_what_the_film_was_made_with(films: Path) -> None:
    with VideoFile(films / "film.mp4") as video:
        facts = video.facts
    assert (facts.width_px, facts.height_px, facts.codec) == (320, 180, "h264")
    assert facts.frames_per_s == FRAMES_PER_S
    assert facts.duration_s == pytest.approx(SECONDS, abs=0.01)


@pytest.mark.parametrize("name", ["film.mkv", "film.webm"])
def test_of_a_film_that_was_cut_off_the_beginning_is_read(
    films: Path, tmp_path: Path, name: str
) -> None:
    data = (films / name).read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) // 2])
    whole, _ = times(films / name)
    found, trouble = times(tmp_path / name)
    assert len(whole) / 4 < len(found) < len(whole)
    assert found == whole[: len(found)]
    assert "the film ends at" in trouble


def test_around_a_hole_both_ends_are_read(films: Path, tmp_path: Path) -> None:
    data = bytearray((films / "film.mp4").read_bytes())
    start = data.index(b"mdat") + len(data) // 2
    data[start : start + 1500] = bytes(range(256)) * 5 + bytes(220)
    broken = tmp_path / "film.mp4"
    broken.write_bytes(data)
    found, trouble = times(broken)
    assert found[0] == 0.0
    assert found[-1] > SECONDS - 1.5
    assert len(found) < SECONDS * FRAMES_PER_S
    assert "could not be decoded" in trouble


def test_cut_inside_the_first_frame_nothing_is_left_to_read(films: Path, tmp_path: Path) -> None:
    whole = write_film(
        tmp_path / "whole.mp4", held(scene(1), 1.0), options={**X264, "movflags": "faststart"}
    )
    moved = tmp_path / "fast.mp4"
    import av

    with (
        av.open(str(whole)) as source,
        av.open(str(moved), "w", options={"movflags": "faststart"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    data = moved.read_bytes()
    moved.write_bytes(data[: data.index(b"mdat") + 40])
    try:
        found, trouble = times(moved)
    except VideoError:
        return
    assert (found, bool(trouble)) == ([], True)


@pytest.mark.parametrize("content", [b"", b"not a video at all", bytes(range(256)) * 500])
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film.mkv"
    path.write_bytes(content)
    with pytest.raises(VideoError, match=r"film\.mkv"):
        VideoFile(path)


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    with pytest.raises(VideoError, match="holds no video"):
        VideoFile(path)


def test_what_is_not_there_and_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileMissingError):
        VideoFile(tmp_path / "none.mkv")
    with pytest.raises(VideoError, match="folder"):
        VideoFile(tmp_path)
    pipe = tmp_path / "pipe.mkv"
    os.mkfifo(pipe)
    with pytest.raises(VideoError, match="pipe"):
        VideoFile(pipe)


def test_a_name_with_a_colon_is_no_address(tmp_path: Path) -> None:
    path = write_film(tmp_path / "film.mkv", held(scene(1), 0.5), options=X264)
    named = path.rename(tmp_path / "http:film.mkv")
    assert len(times(named)[0]) == 6


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.m3u8", "#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:{port}/x.ts\n#EXT-X-ENDLIST\n"),
        ("list.ffconcat", "ffconcat version 1.0\nfile http://127.0.0.1:{port}/x.ts\n"),
    ],
)
def test_a_playlist_has_nothing_fetched(tmp_path: Path, name: str, text: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        path = tmp_path / name
        path.write_text(text.format(port=server.getsockname()[1]))
        with pytest.raises(VideoError):
            VideoFile(path)
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize("matrix", [None, 1, 5])
def test_colours_are_those_that_were_filmed(tmp_path: Path, matrix: int | None) -> None:
    red = np.full((64, 96, 3), (200, 30, 40), np.uint8)
    path = write_film(tmp_path / "red.mp4", [red] * 3, matrix=matrix)
    with VideoFile(path) as video:
        frame = next(video.frames())
        assert np.abs(frame.image().astype(int) - red).max() <= 4
        assert np.abs(frame.small(48).astype(int) - red[::2, ::2]).max() <= 4


@pytest.mark.parametrize(
    ("rotation", "shape", "corner"), [(90, (96, 64), (-8, 8)), (-90, (96, 64), (8, -8))]
)
def test_a_film_that_was_filmed_on_its_side_stands_upright(
    tmp_path: Path, rotation: int, shape: tuple[int, int], corner: tuple[int, int]
) -> None:
    marked = np.zeros((64, 96, 3), np.uint8)
    marked[:20, :20] = 255
    path = write_film(tmp_path / "phone.mp4", [marked] * 3, rotation=rotation)
    with VideoFile(path) as video:
        image = next(video.frames()).image()
    assert image.shape[:2] == shape
    assert image[corner].min() > 200
    assert image.mean() < 40


def test_oblong_pixels_are_made_square(tmp_path: Path) -> None:
    path = write_film(
        tmp_path / "dvd.mkv", [plain("white", 96, 64)] * 3, pixel_aspect=Fraction(32, 27)
    )
    with VideoFile(path) as video:
        assert next(video.frames()).image().shape == (64, 114, 3)
