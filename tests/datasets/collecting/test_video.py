"""Frames of films as collected pictures: their columns, broken films, runs that are killed."""

import csv
import os
import signal
import subprocess
import sys
import time
from itertools import chain
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from animeter.datasets.collecting import video as collecting_video
from animeter.datasets.collecting.collector import Collected, Finished, Found
from animeter.datasets.collecting.running import Collection, collect_into
from animeter.datasets.collecting.video import VideoCollector
from animeter.domain.results import Failure
from animeter.media.shot_frames import Sampling
from tests.support.drawn_film import FRAMES_PER_S, cut_together, held, plain, scene, write_film

pytestmark = pytest.mark.slow

X264 = {"preset": "ultrafast", "g": str(2 * FRAMES_PER_S)}
SHOTS = 6


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of six shots of a second each."""
    path = tmp_path_factory.mktemp("films") / "Drawn Show - 01.mkv"
    return write_film(path, cut_together(*map(scene, range(SHOTS))), options=X264)


def collected(*places: Path, done: set[str] | None = None) -> list[Found]:
    return list(VideoCollector(places, Sampling()).collect(done or set()))


def pictures(found: list[Found]) -> list[tuple[str, bytes]]:
    return [(one.source, one.content) for one in found if isinstance(one, Collected)]


def test_a_row_says_where_in_which_film_of_which_show(film: Path, tmp_path: Path) -> None:
    into = Collection(tmp_path / "frames", {"style": "anime"})
    tally = collect_into(into, VideoCollector([film.parent], Sampling()))
    assert (tally.kept, tally.failed) == (SHOTS, 0)
    with (into.folder / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        assert (row["series"], row["video"], row["style"]) == ("Drawn Show", film.name, "anime")
        assert float(row["shot_s"]) == pytest.approx(number, abs=0.01)
        assert number < float(row["time_s"]) < number + 1
        assert row["path"].startswith(f"pictures/Drawn-Show/Drawn-Show---01/00-00-0{number}.")
        with Image.open(into.folder / row["path"]) as picture:
            assert (picture.format, picture.size) == ("JPEG", (320, 180))
    assert collect_into(into, VideoCollector([film.parent], Sampling())).done == 0


def test_frames_are_shrunk_and_named_as_asked(film: Path) -> None:
    collector = VideoCollector([film], Sampling(), series="Other", longest_side_px=160)
    first = next(one for one in collector.collect(set()) if isinstance(one, Collected))
    assert first.facts["series"] == "Other"
    assert first.content != pictures(collected(film))[0][1]


def test_wherever_a_run_ends_the_next_gives_just_the_rest(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting_video, "_SEGMENT_S", 2)
    whole = collected(film)
    assert len(pictures(whole)) == SHOTS
    for given in range(len(whole) + 1):
        before = whole[:given]
        done = {one.source for one in before if isinstance(one, Collected | Finished)}
        after = collected(film, done=done)
        assert pictures(before) + pictures(after) == pictures(whole)
        if given:
            assert sum(isinstance(one, Finished) for one in before + after) == sum(
                isinstance(one, Finished) for one in whole
            )


def test_broken_films_give_what_they_hold_and_the_run_goes_on(film: Path, tmp_path: Path) -> None:
    data = film.read_bytes()
    cut_off, junk = tmp_path / "cut.mkv", tmp_path / "junk.mkv"
    cut_off.write_bytes(data[: len(data) // 2])
    junk.write_bytes(b"no film")
    found = collected(tmp_path / "missing.mkv", cut_off, junk, film)
    failures = [one for one in found if isinstance(one, Failure)]
    assert [(Path(one.path or "").name, one.error) for one in failures] == [
        ("missing.mkv", "file_missing"),
        ("cut.mkv", "bad_video"),
        ("junk.mkv", "bad_video"),
    ]
    of_cut = [one for one in pictures(found) if one[0].startswith(str(cut_off))]
    assert 2 <= len(of_cut) < SHOTS
    assert len(pictures(found)) == len(of_cut) + SHOTS


@pytest.mark.parametrize("seed", range(12))
def test_damage_of_any_kind_ends_in_frames_or_a_failure(
    film: Path, tmp_path: Path, seed: int
) -> None:
    random = Random(seed)
    data = bytearray(film.read_bytes())
    for _ in range(random.choice((1, 10, 100))):
        data[random.randrange(len(data))] = random.randrange(256)
    broken = tmp_path / "broken.mkv"
    broken.write_bytes(data[: random.choice((len(data), random.randrange(len(data))))])
    found = collected(broken)
    assert isinstance(found[-1], Failure | Finished)
    assert sum(isinstance(one, Failure) for one in found) <= 1


def test_a_better_copy_of_a_broken_film_gives_the_rest(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting_video, "_SEGMENT_S", 3)
    path = tmp_path / film.name
    data = film.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    into = Collection(tmp_path / "frames", retry_failed=True)
    first = collect_into(into, VideoCollector([path], Sampling()))
    assert first.failed == 1
    path.write_bytes(data)
    second = collect_into(into, VideoCollector([path], Sampling()))
    assert (second.failed, second.kept > 0) == (0, True)
    with (into.folder / "manifest.csv").open(newline="") as file:
        shots = {int(float(row["shot_s"]) + 0.5) for row in csv.DictReader(file)}
    assert shots == set(range(SHOTS))


def test_folders_are_searched_for_videos_alone(film: Path, tmp_path: Path) -> None:
    shows = tmp_path / "shows"
    (shows / "Show" / "Season 1").mkdir(parents=True)
    (shows / ".hidden").mkdir()
    for name in ("Show/Season 1/01.MKV", ".hidden/02.mkv", "Show/cover.jpg"):
        (shows / name).write_bytes(film.read_bytes())
    found = [one for one in collected(shows) if isinstance(one, Collected)]
    assert {(one.facts["video"], one.facts["series"]) for one in found} == {("01.MKV", "Show")}


def test_a_killed_run_is_taken_up_and_ends_as_if_never_killed(tmp_path: Path) -> None:
    shots = chain(*(chain(held(scene(seed), 1), held(plain("black"), 0.5)) for seed in range(20)))
    film = write_film(tmp_path / "Film.mkv", shots, options=X264)
    command = [sys.executable, "-m", "animeter", "data", "collect", "video", str(film), "-q", "-o"]
    killed, unbroken = tmp_path / "killed", tmp_path / "unbroken"
    with subprocess.Popen([*command, str(killed)], stdout=subprocess.DEVNULL) as process:
        end_s = time.monotonic() + 120
        manifest = killed / "manifest.csv"
        while not manifest.exists() or manifest.read_bytes().count(b"\n") < 4:
            assert time.monotonic() < end_s, "no row was ever written"
            assert process.poll() is None
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    for folder in (killed, unbroken):
        subprocess.run([*command, str(folder)], check=True, stdout=subprocess.DEVNULL, timeout=300)
    assert rows(killed) == rows(unbroken)
    assert len(rows(unbroken)) == 20
    for name in rows(killed):
        assert (killed / name[0]).read_bytes() == (unbroken / name[0]).read_bytes()


def rows(folder: Path) -> list[tuple[str, str, str]]:
    with (folder / "manifest.csv").open(newline="") as file:
        return [(row["path"], row["time_s"], row["sha256"]) for row in csv.DictReader(file)]
