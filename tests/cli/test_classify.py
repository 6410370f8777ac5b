"""`animeter classify` as a user runs it: what goes in, what comes out, and the exit codes."""

import csv
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import Program
from tests.support.tiny_bundle import COLOURS

TINY = ("--model", "tiny")


def rows(output: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def names(output: bytes) -> list[str]:
    return [row["path"] for row in rows(output)]


def test_a_folder_gives_its_pictures_in_order(run: Program, pictures: Path) -> None:
    done = run("classify", "pictures", "--format", "jsonl", *TINY)
    assert done.returncode == 0, done.stderr
    found = rows(done.stdout)
    flat, more = [name for name in sorted(COLOURS) if name < "more"], sorted(COLOURS)
    rest = [name for name in sorted(COLOURS) if name > "more"]
    assert [row["path"] for row in found] == [
        *(f"pictures/{name}.png" for name in flat),
        *(f"pictures/more/{name}.jpg" for name in more),
        *(f"pictures/{name}.png" for name in rest),
    ]
    assert all(row["verdict"] == Path(row["path"]).stem for row in found)
    assert set(found[0]) == {
        "path",
        "verdict",
        "anime",
        "cartoon",
        "model",
        "width_px",
        "height_px",
    }
    assert b"10 pictures" in done.stderr
    assert b"2 anime, 2 cartoon, 2 both, 2 neither, 2 unsure" in done.stderr


def test_without_recursion_the_inner_folder_is_left_out(run: Program, pictures: Path) -> None:
    done = run("classify", "pictures", "--no-recursive", "-f", "jsonl", *TINY)
    assert names(done.stdout) == [f"pictures/{name}.png" for name in sorted(COLOURS)]


def test_arguments_keep_their_order_and_spelling(run: Program, pictures: Path) -> None:
    given = ["./pictures/unsure.png", "pictures/anime.png", "pictures/../pictures/both.png"]
    done = run("classify", *given, "-f", "jsonl", "--batch-size", "1", "--workers", "2", *TINY)
    assert names(done.stdout) == given


def test_a_pattern_in_quotes(run: Program, pictures: Path) -> None:
    done = run("classify", "pictures/**/*o*.jpg", "-f", "jsonl", *TINY)
    assert names(done.stdout) == ["pictures/more/both.jpg", "pictures/more/cartoon.jpg"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\x00"])
def test_a_list_on_standard_input(run: Program, pictures: Path, end: bytes) -> None:
    listed = [b"pictures/both.png", b"pictures/more", b"absent.png", b"pictures/anime.png"]
    done = run("classify", "-", "-f", "jsonl", *TINY, stdin=end.join(listed) + end)
    assert names(done.stdout) == [
        "pictures/both.png",
        *(f"pictures/more/{name}.jpg" for name in sorted(COLOURS)),
        "absent.png",
        "pictures/anime.png",
    ]
    assert done.returncode == 3


@pytest.mark.parametrize("name", ["both.png", "more/both.jpg"])
def test_a_picture_on_standard_input(run: Program, pictures: Path, name: str) -> None:
    done = run("classify", "-", "-f", "jsonl", *TINY, stdin=(pictures / name).read_bytes())
    assert [(row["path"], row["verdict"]) for row in rows(done.stdout)] == [("-", "both")]


def test_nothing_on_standard_input(run: Program) -> None:
    done = run("classify", "-", "-f", "jsonl", *TINY)
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"no pictures found" in done.stderr


def test_bad_files_get_rows_and_exit_code_3(run: Program, pictures: Path) -> None:
    (pictures / "torn.png").write_bytes((pictures / "anime.png").read_bytes()[:50])
    done = run("classify", "pictures/torn.png", "no.png", "pictures/both.png", "-f", "jsonl", *TINY)
    assert done.returncode == 3
    torn, missing, fine = rows(done.stdout)
    assert (torn["path"], torn["error"]["code"]) == ("pictures/torn.png", "unreadable_image")
    assert (missing["path"], missing["error"]["code"]) == ("no.png", "file_missing")
    assert len(missing["error"]["message"]) > 20
    assert fine["verdict"] == "both"
    assert b"2 failed" in done.stderr


def test_the_table(run: Program, pictures: Path) -> None:
    done = run("classify", "pictures/anime.png", "no.png", *TINY)
    heading, anime, missing = done.stdout.decode().splitlines()
    assert heading.split() == ["verdict", "anime", "cartoon", "picture"]
    assert anime.split()[:5] == ["anime", "99.9", "%", "0.0", "%"]
    assert "pictures/anime.png" in anime
    assert missing.startswith("error")
    assert "no such file" in missing
    assert b"\x1b" not in done.stdout


@pytest.mark.slow
def test_colours_come_when_forced_and_go_with_no_color(run: Program, pictures: Path) -> None:
    arguments = ("classify", "pictures/anime.png", *TINY)
    coloured = run(*arguments, FORCE_COLOR="1").stdout
    assert b"\x1b[1;35manime   \x1b[0m  99.9 %" in coloured  # the verdict alone
    assert b"\x1b[1;35m" not in run(*arguments, FORCE_COLOR="1", NO_COLOR="1").stdout


def test_a_name_cannot_steer_the_terminal(run: Program, pictures: Path) -> None:
    name = "pictures/\x1b]0;owned\x07.png"
    (pictures / "anime.png").rename(pictures.parent / name)
    done = run("classify", name, *TINY)
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    assert b"owned" in done.stdout


def test_csv(run: Program, pictures: Path) -> None:
    done = run("classify", "pictures/anime.png", "no.png", "-f", "csv", *TINY)
    anime, missing = csv.DictReader(done.stdout.decode().splitlines())
    assert (anime["path"], anime["verdict"]) == ("pictures/anime.png", "anime")
    assert float(anime["anime"]) > 0.99
    assert (missing["error_code"], missing["anime"]) == ("file_missing", "")


@pytest.mark.slow
def test_the_output_name_decides_the_format(run: Program, pictures: Path, tmp_path: Path) -> None:
    assert run("classify", "pictures", "-o", "a.parquet", *TINY).returncode == 0
    assert run("classify", "pictures", "-o", "a.csv", *TINY).returncode == 0
    done = run("classify", "pictures", "-o", "a.jsonl", *TINY)
    assert done.stdout == b""
    jsonl = names((tmp_path / "a.jsonl").read_bytes())
    assert len(jsonl) == 10
    assert pq.read_table(tmp_path / "a.parquet").column("path").to_pylist() == jsonl
    with (tmp_path / "a.csv").open() as file:
        assert [row["path"] for row in csv.DictReader(file)] == jsonl
    assert not list(tmp_path.glob("a.parquet?*"))


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("a.png", "--format", "xml"),
        ("a.png", "--workers", "0"),
        ("a.png", "--batch-size", "-1"),
        ("a.png", "--format", "parquet"),
        ("a.png", "--sort-by", "move"),
        ("a.png", "--output", "rows.txt"),
        ("a.png", "--nonsense"),
    ],
)
def test_wrong_usage_is_exit_code_2(run: Program, arguments: tuple[str, ...]) -> None:
    assert run("classify", *arguments).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--model", "unheard-of"), b"no model called 'unheard-of'"),
        (("--model", "tiny", "-o", "nowhere/rows.jsonl"), b"nowhere"),
        (("--model", "tiny", "--resume", "absent.jsonl"), b"no earlier output"),
    ],
)
def test_what_cannot_begin_is_exit_code_1(
    run: Program, arguments: tuple[str, ...], said: bytes
) -> None:
    done = run("classify", "a.png", *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_bad_setting_is_exit_code_1(run: Program, pictures: Path) -> None:
    done = run("classify", "pictures", *TINY, ANIMETER_PROVIDERS="warp")
    assert done.returncode == 1
    assert b"'warp'" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_a_full_disk_is_exit_code_1(run: Program, pictures: Path, suffix: str) -> None:
    done = run("classify", "pictures", "-o", "/dev/full", "-f", suffix, *TINY)
    assert done.returncode == 1
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr


def test_sorting_copies_and_never_overwrites(run: Program, pictures: Path, tmp_path: Path) -> None:
    arguments = ("classify", "pictures", "--sort-into", "pictures/sorted", *TINY)
    assert run(*arguments).returncode == 0
    folder = pictures / "sorted"
    once = {str(path.relative_to(folder)) for path in folder.rglob("*.*")}
    assert once == {f"{v}/{v}{end}" for v in COLOURS for end in (".png", ".jpg")}
    # Again: what was sorted is not taken for new pictures, and nothing is written over.
    done = run(*arguments)
    assert b"10 pictures" in done.stderr
    twice = {str(path.relative_to(folder)) for path in folder.rglob("*.*")}
    assert twice == once | {f"{v}/{v}-2{end}" for v in COLOURS for end in (".png", ".jpg")}
    assert len(list(pictures.glob("*.png"))) == len(COLOURS)


@pytest.mark.slow
def test_sorting_moves_only_when_asked(run: Program, pictures: Path, tmp_path: Path) -> None:
    run("classify", "pictures", "--sort-into", "links", "--sort-by", "link", *TINY)
    assert (tmp_path / "links" / "both" / "both.png").samefile(pictures / "both.png")
    run("classify", "pictures", "--sort-into", "moved", "--sort-by", "move", *TINY)
    assert not list(pictures.rglob("*.png"))
    assert len(list((tmp_path / "moved").rglob("*.png"))) == len(COLOURS)


def test_a_picture_named_twice_is_moved_once(run: Program, pictures: Path) -> None:
    twice = ["pictures/both.png"] * 2
    done = run("classify", *twice, "--sort-into", "moved", "--sort-by", "move", "-f", "csv", *TINY)
    assert done.returncode in {0, 3}  # read twice before the move, or once
    assert b"1 failed" in done.stderr or b"has gone" in done.stderr


def test_resume_skips_and_appends(run: Program, pictures: Path, tmp_path: Path) -> None:
    same = ("-o", "rows.jsonl", "--resume", "rows.jsonl", *TINY)
    first = run("classify", "pictures/more", *same)  # the file need not exist yet
    assert first.returncode == 0, first.stderr
    whole = (tmp_path / "rows.jsonl").read_bytes()
    (tmp_path / "rows.jsonl").write_bytes(whole[:-20])
    done = run("classify", "pictures", *same)
    assert b"4 were done before" in done.stderr
    found = names((tmp_path / "rows.jsonl").read_bytes())
    assert len(found) == len(set(found)) == 10


@pytest.mark.slow
def test_resume_alone_writes_the_rest_to_standard_output(run: Program, pictures: Path) -> None:
    run("classify", "pictures/more", "-o", "old.csv", *TINY)
    done = run("classify", "pictures", "--resume", "old.csv", "-f", "jsonl", *TINY)
    assert names(done.stdout) == [f"pictures/{name}.png" for name in sorted(COLOURS)]


@pytest.mark.slow
def test_resume_does_not_mix_formats(run: Program, pictures: Path, tmp_path: Path) -> None:
    run("classify", "pictures/more", "-o", "rows.csv", *TINY)
    before = (tmp_path / "rows.csv").read_bytes()
    mixed = ("-o", "rows.csv", "--resume", "rows.csv", "-f", "jsonl", *TINY)
    assert run("classify", "pictures", *mixed).returncode == 2
    assert (tmp_path / "rows.csv").read_bytes() == before


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="file names are Unicode on Windows")
def test_a_name_that_is_not_unicode(run: Program, pictures: Path, tmp_path: Path) -> None:
    odd = os.fsencode(pictures) + b"/caf\xe9.png"
    Path(os.fsdecode(odd)).write_bytes((pictures / "anime.png").read_bytes())
    for file_format in ("table", "jsonl", "csv"):
        assert run("classify", "pictures", "-f", file_format, *TINY).returncode == 0
    for suffix in ("jsonl", "csv"):
        same = ("-o", f"rows.{suffix}", "--resume", f"rows.{suffix}", *TINY)
        run("classify", "pictures", *same)
        assert b"11 were done before" in run("classify", "pictures", *same).stderr
    assert run("classify", "pictures", "-o", "rows.parquet", *TINY).returncode == 0


@pytest.mark.slow
def test_quiet_says_nothing_and_verbose_names_the_provider(run: Program, pictures: Path) -> None:
    arguments = ("classify", "pictures/anime.png", "-f", "jsonl", *TINY)
    assert run(*arguments, "--quiet").stderr == b""
    assert b"tiny 1.0" in run(*arguments, "--verbose").stderr
    cpu = run(*arguments, "--verbose", ANIMETER_PROVIDERS="cpu").stderr
    assert b"CPUExecutionProvider, 2 workers" in cpu


def test_a_reader_that_leaves_early(
    command: list[str], environment: dict[str, str], pictures: Path, tmp_path: Path
) -> None:
    (tmp_path / "list.txt").write_text(f"{pictures / 'anime.png'}\n" * 3000)
    with (
        (tmp_path / "list.txt").open("rb") as listed,
        subprocess.Popen(
            [*command, "classify", "-", "-f", "jsonl", *TINY],
            stdin=listed,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        assert b"anime.png" in process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
    assert said == b""
    assert process.returncode == 1


def test_help_shows_examples(run: Program) -> None:
    done = run("classify", "--help", COLUMNS="200")
    assert b"animeter classify frame.png" in done.stdout
    assert b"--resume" in done.stdout
