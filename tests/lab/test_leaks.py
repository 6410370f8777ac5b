"""The leak check finds each kind of leak that is put in, and nothing in folds without one."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from animeter.datasets.manifest import ManifestRow
from animeter.lab.leaks import REPORT_FILE, LeakError, check_leaks, refuse_leaks

pytestmark = pytest.mark.slow

STYLES = ("anime", "cartoon", "neither")
FOLDS = 2
SHOWS = 5  # of each style and fold


def scene(seed: int, size: tuple[int, int] = (96, 64)) -> Image.Image:
    """Draw blobs of colour whose places and colours the seed decides."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


def fair_rows(folder: Path) -> list[ManifestRow]:
    rows = []
    for number in range(len(STYLES) * FOLDS * SHOWS * 4):
        style = STYLES[number % 3]
        show = number // 3 % (FOLDS * SHOWS)
        name = f"{number}.png"
        scene(number).save(folder / name)
        title = f"{style} show{show:02d}"
        rows.append(ManifestRow(folder / name, name, style, title, title, fold=show % FOLDS))
    return rows


def test_fair_folds_have_no_faults(tmp_path: Path) -> None:
    leaks = check_leaks(fair_rows(tmp_path), tmp_path)
    assert leaks.faults() == []
    assert leaks.hints() == []
    assert leaks.shortcut is not None  # all pictures have one form
    refuse_leaks(leaks, tmp_path)


def test_one_file_and_one_picture_in_two_folds_are_found(tmp_path: Path) -> None:
    rows = fair_rows(tmp_path)
    first, second = (next(row for row in rows if row.fold == fold) for fold in range(FOLDS))
    second.path.write_bytes(first.path.read_bytes())
    third, fourth = ([row for row in rows if row.fold == fold][7] for fold in range(FOLDS))
    with Image.open(third.path) as picture:  # smaller, and saved again
        picture.resize((72, 48)).convert("RGB").save(fourth.path, "JPEG", quality=50)
    leaks = check_leaks(rows, tmp_path)
    assert [set(pair) for pair in leaks.same_file] == [{first.name, second.name}]
    assert [set(pair) for pair in leaks.same_picture] == [{third.name, fourth.name}]
    with pytest.raises(LeakError, match=str(tmp_path / REPORT_FILE)):
        refuse_leaks(leaks, tmp_path)


def test_a_franchise_in_two_folds_is_a_fault_and_a_kindred_name_a_hint(tmp_path: Path) -> None:
    rows = fair_rows(tmp_path)
    torn = dataclasses.replace(rows[0], fold=1 - (rows[0].fold or 0))
    sequel = dataclasses.replace(
        rows[1], franchise=f"{rows[4].franchise} Shippuden", fold=1 - (rows[4].fold or 0)
    )
    leaks = check_leaks([torn, sequel, *rows[2:]], tmp_path)
    assert leaks.split_franchises == (rows[0].franchise,)
    assert leaks.kindred_names == ((rows[4].franchise, sequel.franchise),)
    assert len(leaks.faults()) == 1


def test_a_style_that_a_fold_lacks_is_a_fault(tmp_path: Path) -> None:
    rows = [row for row in fair_rows(tmp_path) if (row.style, row.fold) != ("cartoon", 1)]
    assert check_leaks(rows, tmp_path).missing_labels == ("fold 1 holds no cartoon",)


def test_a_style_that_the_picture_size_gives_away_is_a_fault(tmp_path: Path) -> None:
    rows = fair_rows(tmp_path)
    for number, row in enumerate(rows):
        side = 60 + 20 * STYLES.index(row.style)
        scene(number, (2 * side, side)).save(row.path)
    leaks = check_leaks(rows, tmp_path)
    assert leaks.shortcut is not None
    assert leaks.shortcut.balanced_accuracy > 0.95
    assert any("balanced accuracy" in fault for fault in leaks.faults())


def test_findings_are_kept_until_the_rows_change(tmp_path: Path) -> None:
    rows = fair_rows(tmp_path)
    found = check_leaks(rows, tmp_path)
    kept = (tmp_path / REPORT_FILE).stat().st_mtime_ns
    for row in rows:
        row.path.unlink()
    assert check_leaks(rows, tmp_path) == found
    assert (tmp_path / REPORT_FILE).stat().st_mtime_ns == kept
    assert check_leaks(rows[6:], tmp_path).pictures == len(rows) - 6


def test_unreadable_pictures_do_not_stop_the_check(tmp_path: Path) -> None:
    rows = fair_rows(tmp_path)
    rows[0].path.write_bytes(b"not a picture")
    rows[1].path.unlink()
    assert check_leaks(rows, tmp_path).same_picture == ()
