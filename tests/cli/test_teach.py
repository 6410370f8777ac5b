"""`animeter teach` and `animeter heads` as a user runs them, with the built-in model."""

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Program
from tests.support.drawn_shapes import SHAPES, draw_shape, write_shapes


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    return write_shapes(tmp_path / "shapes", 6)


@pytest.fixture
def environment(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return environment | {"ANIMETER_HOME": str(tmp_path / "home")}


@pytest.mark.slow
def test_a_folder_is_taught_shown_asked_and_removed(
    run: Program, shapes: Path, tmp_path: Path
) -> None:
    taught = run("teach", "shapes", "--name", "my-shapes")
    assert taught.returncode == 0, taught.stderr
    told = taught.stdout.decode()
    assert "my-shapes: 4 labels from 24 pictures" in told
    assert "with 95 % certainty" in told
    assert "none of these" in told
    assert all(shape in told for shape in SHAPES)
    kept = tmp_path / "home" / "heads" / "my-shapes"
    assert str(kept) in taught.stderr.decode()

    listed = run("heads", "list")
    assert listed.returncode == 0
    line = next(row for row in listed.stdout.decode().splitlines() if row.startswith("my-shapes"))
    assert "4 labels" in line
    assert "animeter-style" in line
    shown = run("heads", "show", "my-shapes").stdout.decode()
    assert "checks (6 pictures)" in shown
    assert json.loads(run("heads", "show", "my-shapes", "--json").stdout)["name"] == "my-shapes"

    draw_shape("checks", 77).save(tmp_path / "new.png")
    asked = run("classify", "new.png", "--head", "my-shapes", "--top-k", "2", "-f", "jsonl")
    best = json.loads(asked.stdout)["heads"]["my-shapes"]
    assert len(best) == 2
    assert best[0]["label"] == "checks"
    assert best[0]["score"] >= best[1]["score"]

    assert run("heads", "remove", "my-shapes").returncode == 0
    assert not kept.exists()
    gone = run("classify", "new.png", "--head", "my-shapes")
    assert gone.returncode == 1
    assert b"no head called 'my-shapes'" in gone.stderr


@pytest.mark.slow
def test_teaching_again_needs_replace_and_embeds_only_what_is_new(
    run: Program, shapes: Path
) -> None:
    assert run("teach", "shapes", "--name", "mine").returncode == 0
    draw_shape("circles", 50).save(shapes / "circles" / "new.png")
    again = run("teach", "shapes", "--name", "mine")
    assert again.returncode == 1
    assert b"--replace" in again.stderr
    replaced = run("teach", "shapes", "--name", "mine", "--replace")
    assert replaced.returncode == 0
    assert b"24 of 25 pictures were embedded before" in replaced.stderr
    assert b"from 25 pictures" in replaced.stdout
    afresh = run("teach", "shapes", "--name", "mine", "--replace", "--no-cache")
    assert b"embedded before" not in afresh.stderr
    assert afresh.stdout == replaced.stdout


@pytest.mark.slow
def test_a_column_of_a_manifest_is_taught_into_a_given_folder(
    run: Program, shapes: Path, tmp_path: Path
) -> None:
    with (tmp_path / "pictures.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "hero", "show"])
        for path in sorted(shapes.rglob("*.png")):
            label = "" if path.parent.name == "checks" else path.parent.name
            writer.writerow([path.relative_to(tmp_path), label, "x"])
    done = run(
        "teach", "pictures.csv", "--label", "hero", "--name", "heroes", "-o", "kept", "--json"
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["pictures"] == 18
    assert {label["label"] for label in told["labels"]} == set(SHAPES) - {"checks"}
    assert 0 <= told["accuracy"]["low"] <= told["accuracy"]["value"] <= told["accuracy"]["high"]
    assert b"6 pictures without a label" in done.stderr
    assert not (tmp_path / "home" / "heads").exists()
    asked = run("classify", "shapes/circles/000.png", "--head", "./kept", "-f", "jsonl")
    assert "heroes" in json.loads(asked.stdout)["heads"]


@pytest.mark.slow
def test_pictures_that_cannot_be_read_end_in_3(run: Program, shapes: Path) -> None:
    (shapes / "circles" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = run("teach", "shapes", "--name", "mine")
    assert done.returncode == 3
    assert b"left out: shapes/circles/broken.png" in done.stderr
    assert b"from 24 pictures" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere", "--name", "mine"), b"nothing at nowhere"),
        (("shapes/circles", "--name", "mine"), b"holds no folders"),
        (("shapes", "--name", "style"), b"comes with animeter"),
        (("shapes", "--name", "../mine"), b"cannot be called"),
        (("shapes", "--name", "mine", "-o", "shapes"), b"is no head"),
        (("shapes", "--name", "mine", "--min-pictures", "7"), b"'checks' has 6"),
    ],
)
def test_what_cannot_be_taught_is_told(
    run: Program, shapes: Path, tmp_path: Path, arguments: tuple[str, ...], said: bytes
) -> None:
    done = run("teach", *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stdout == b""
    assert not (tmp_path / "home" / "heads").exists()
    assert len(list(shapes.rglob("*.png"))) == 24


@pytest.mark.slow
def test_a_damaged_head_is_listed_as_broken_and_refused(
    run: Program, shapes: Path, tmp_path: Path
) -> None:
    run("teach", "shapes", "--name", "mine")
    weights = tmp_path / "home" / "heads" / "mine" / "head.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\0\0\0")
    listed = run("heads", "list")
    assert listed.returncode == 3
    assert b"mine" in listed.stdout
    assert b"broken" in listed.stdout
    asked = run("classify", "shapes/circles/000.png", "--head", "mine")
    assert asked.returncode == 1
    assert b"changed or damaged" in asked.stderr


@pytest.mark.slow
def test_a_head_of_another_model_is_refused(run: Program, shapes: Path, home: Path) -> None:
    run("teach", "shapes", "--name", "mine")
    asked = run("classify", "shapes", "--head", "mine", "-m", str(home / "models" / "tiny"))
    assert asked.returncode == 1
    assert b"taught on the embedding of animeter-style" in asked.stderr
    assert asked.stdout == b""


@pytest.mark.slow
def test_a_head_is_exported_and_imported_under_another_name(
    run: Program, shapes: Path, tmp_path: Path
) -> None:
    run("teach", "shapes", "--name", "mine")
    assert run("heads", "export", "mine", "given").returncode == 0
    assert run("heads", "export", "mine", "given").returncode == 1
    assert run("heads", "import", "given", "--as", "yours").returncode == 0
    names = [line.split()[0] for line in run("heads", "list").stdout.decode().splitlines()]
    assert {"mine", "yours"} <= set(names)


@pytest.mark.slow
def test_rows_of_every_format_carry_heads(run: Program, shapes: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    run("teach", "shapes", "--name", "mine")
    (shapes / "broken.png").write_bytes(b"no picture")
    table = run("classify", "shapes", "--head", "mine").stdout.decode().splitlines()
    assert table[0].split() == ["verdict", "anime", "cartoon", "mine", "picture"]
    assert len({line.index("shapes") for line in table[1:] if "error" not in line}) == 1
    for file_format in ("csv", "parquet", "jsonl"):
        name = f"rows.{file_format}"
        done = run("classify", "shapes", "--head", "mine", "-o", name, "--resume", name)
        assert done.returncode == 3, done.stderr
        other = run("classify", "shapes", "-o", name, "--resume", name)
        assert other.returncode == 1
        assert b"--head mine, and is now asked for with no --head" in other.stderr
        again = run("classify", "shapes", "--head", "mine", "-o", name, "--resume", name)
        assert again.returncode == 0
        assert b"25 were done before" in again.stderr
    with (tmp_path / "rows.csv").open() as file:
        rows = list(csv.DictReader(file))
    filled = [row for row in rows if not row["error_code"]]
    assert len(rows) == 25
    assert len(filled) == 24
    assert all(0 < float(row["head_mine_score"]) <= 1 and row["head_mine"] for row in filled)
    parquet = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    assert [row["head_mine"] or "" for row in parquet] == [row["head_mine"] for row in rows]
