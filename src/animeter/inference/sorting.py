"""Puts pictures into a folder for each verdict, and never over anything that is there."""

import filecmp
import os
import shutil
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from animeter.domain.errors import FileMissingError, OutputError
from animeter.domain.verdict import Verdict


class SortAction(StrEnum):
    """What happens to a picture that is sorted."""

    COPY = "copy"
    LINK = "link"
    MOVE = "move"


class Sorter:
    """Sorts pictures into `anime/`, `cartoon/`, `both/`, `neither/` and `unsure/`.

    A name that is taken gets a number: `face.png`, `face-2.png`, `face-3.png`.

    Args:
        folder: where the five folders are made.
        action: copy, link (a symbolic link to where the picture is) or move.
    """

    def __init__(self, folder: Path, action: SortAction) -> None:
        self._folder = folder
        self._action = action
        self._sort = {
            SortAction.COPY: self._copy,
            SortAction.LINK: self._link,
            SortAction.MOVE: self._move,
        }[action]
        # Where counting goes on for a name that was taken, lest thousands of pictures of one name
        # each count from 2.
        self._next_number: dict[Path, int] = {}

    def sort(self, picture: Path, verdict: Verdict) -> Path:
        """Sort a picture and give its new place.

        Raises:
            FileMissingError: the picture has gone meanwhile.
            OutputError: the place cannot be written.
        """
        try:
            folder = self._folder / verdict.value
            folder.mkdir(parents=True, exist_ok=True)
            return self._sort(picture, folder)
        except OSError as error:
            if not picture.exists():
                raise FileMissingError(
                    f"{picture} has gone since it was classified, so it is not sorted"
                ) from error
            raise OutputError(
                f"Cannot {self._action.value} {picture} into {self._folder}: "
                f"{error.strerror or error}. Rows written so far are good; make room there, or "
                "give the right to write, and run again with --resume."
            ) from error

    def sort_again(self, picture: Path, verdict: Verdict) -> None:
        """Sort a picture that a killed run may have sorted already, once in all.

        Raises:
            OutputError: the place cannot be written.
        """
        if not picture.exists():
            return
        folder = self._folder / verdict.value
        number = 1
        while (place := _numbered(folder / picture.name, number)).exists():
            if filecmp.cmp(picture, place, shallow=False):
                if self._action is SortAction.MOVE:
                    picture.unlink()
                return
            number += 1
        self.sort(picture, verdict)

    def _copy(self, picture: Path, folder: Path) -> Path:
        # Copied under a name of its own first, so that a kill leaves no half picture behind.
        part = folder / f".{os.getpid()}-{picture.name}.part"
        try:
            shutil.copy2(picture, part)
            return self._claim(folder / picture.name, lambda place: _name_also(part, place))
        finally:
            part.unlink(missing_ok=True)

    def _link(self, picture: Path, folder: Path) -> Path:
        target = picture.resolve()
        return self._claim(folder / picture.name, lambda place: place.symlink_to(target))

    def _move(self, picture: Path, folder: Path) -> Path:
        same_disk = picture.stat().st_dev == folder.stat().st_dev
        if same_disk and not picture.is_symlink():
            place = self._claim(folder / picture.name, lambda free: _name_also(picture, free))
        else:
            place = self._copy(picture, folder)
        picture.unlink()
        return place

    def _claim(self, wanted: Path, make: Callable[[Path], None]) -> Path:
        """Make the file under the first free name; `make` must fail where something is."""
        number = self._next_number.get(wanted, 1)
        while True:
            place = _numbered(wanted, number)
            number += 1
            try:
                make(place)
            except FileExistsError:
                continue
            if number > 2:
                self._next_number[wanted] = number
            return place


def _numbered(wanted: Path, number: int) -> Path:
    return wanted if number == 1 else wanted.with_stem(f"{wanted.stem}-{number}")


def _name_also(file: Path, place: Path) -> None:
    """Give a file a second name, or a copy where the disk knows no second names.

    Raises:
        FileExistsError: the place is taken.
    """
    try:
        os.link(file, place)
    except FileExistsError:
        raise
    except OSError:
        place.touch(exist_ok=False)
        shutil.copy2(file, place)
