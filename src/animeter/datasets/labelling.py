"""What people said of pictures: who, when, and only ever added to; and how far they agree.

A label log is a CSV with one row each time somebody answers one question about one picture. Of a
person's answers to the same question the last one counts; an empty one takes the answer back.
Nothing is ever overwritten, so nothing is lost in a kill, and who said what when can be told.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import IO, Any, Final

from animeter.datasets.marks import DONE, YES, Mark
from animeter.datasets.records import PATH, RecordLog, read_records
from animeter.domain.agreement import cohen_kappa
from animeter.domain.errors import FileMissingError, LabelError, ManifestError, OutputError
from animeter.media.small_files import held_alone

COLUMNS: Final = (PATH, "mark", "value", "who", "when")
# What a spreadsheet takes for a formula when it opens the log must not begin a name.
_PERSON: Final = re.compile(r"\w[\w .'-]{0,39}")


@dataclass(frozen=True, slots=True)
class Said:
    """One answer to be kept.

    Attributes:
        path: the picture, as the log writes it.
        mark: a mark's name, or `done`.
        value: one of the mark's answers; empty takes an answer back.
    """

    path: str
    mark: str
    value: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two people agree on one mark.

    Attributes:
        mark: its name.
        first: one person.
        second: the other.
        pictures: how many both have answered it for.
        same: on how many of these they gave the same answer.
        kappa: Cohen's kappa; `nan` where it says nothing.
    """

    mark: str
    first: str
    second: str
    pictures: int
    same: int
    kappa: float

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON shape; a kappa that says nothing is null."""
        kappa = None if math.isnan(self.kappa) else round(self.kappa, 6)
        return {
            "mark": self.mark,
            "first": self.first,
            "second": self.second,
            "pictures": self.pictures,
            "same": self.same,
            "kappa": kappa,
        }


class Opinions:
    """What each person last said of each picture."""

    def __init__(self, rows: Iterable[Mapping[str, str]] = ()) -> None:
        self._said: dict[str, dict[str, dict[str, str]]] = {}
        for row in rows:
            self.add(row)

    def add(self, row: Mapping[str, str]) -> None:
        """Take in a row of a log, which is later than all before it."""
        pictures = self._said.setdefault(row["who"], {})
        marks = pictures.setdefault(row[PATH], {})
        marks.pop(row["mark"], None)
        if row["value"]:
            marks[row["mark"]] = row["value"]
        if row["mark"] == DONE:
            pictures[row[PATH]] = pictures.pop(row[PATH])  # what was done last stands last

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who said something, by name."""
        return tuple(sorted(self._said))

    def of(self, who: str, path: str) -> Mapping[str, str]:
        """Return a person's marks on a picture."""
        return self._said.get(who, {}).get(path, {})

    def done_by(self, who: str) -> list[str]:
        """Return the pictures that a person is done with, the last one last."""
        pictures = self._said.get(who, {})
        return [path for path, marks in pictures.items() if marks.get(DONE) == YES]

    def settled(self, mark: Mark, path: str) -> str | None:
        """Return the answer that most people gave; empty if none did, None where as many differ."""
        answers = Counter(mark.answer(self.of(who, path)) for who in self._said)
        del answers[""]
        first, second = [*answers.most_common(2), ("", 0), ("", 0)][:2]
        return None if first[1] == second[1] and first[1] else first[0]

    def agreement(self, marks: Sequence[Mark]) -> list[Agreement]:
        """Compare all pairs of people on each mark, over what both have answered."""
        return [
            self._compared(mark, first, second)
            for mark in marks
            for first, second in combinations(self.people, 2)
        ]

    def to_dict(self, marks: Sequence[Mark]) -> dict[str, Any]:
        """Return the JSON shape: who did how much, and how far each two agree on what both saw."""
        return {
            "people": [{"who": who, "done": len(self.done_by(who))} for who in self.people],
            "agreement": [one.to_dict() for one in self.agreement(marks) if one.pictures],
        }

    def _compared(self, mark: Mark, first: str, second: str) -> Agreement:
        both = self._said[first].keys() & self._said[second].keys()
        pairs = [(mark.answer(self.of(first, p)), mark.answer(self.of(second, p))) for p in both]
        pairs = [pair for pair in pairs if all(pair)]
        kappa = cohen_kappa([one for one, _ in pairs], [other for _, other in pairs])
        same = sum(one == other for one, other in pairs)
        return Agreement(mark.name, first, second, len(pairs), same, kappa)


def read_opinions(path: Path) -> Opinions:
    """Read what a log holds, also while it is being written.

    Raises:
        FileMissingError: there is no such file.
        ManifestError: it is not a label log.
    """
    if not path.is_file():
        raise FileMissingError(
            f"There are no labels at {path}: nobody has labelled anything yet, or they are kept "
            "somewhere else, which --output says."
        )
    records = read_records(path)
    if records.columns != COLUMNS:
        raise ManifestError(
            f"{path} has the columns {', '.join(records.columns)}; a label log has "
            f"{', '.join(COLUMNS)}. Give the file that `animeter data label` wrote."
        )
    return Opinions(records.rows)


class LabelLog:
    """A label log that is being written; for one thread.

    Args:
        path: of the file; made if need be.
        marks: what may be said.

    Attributes:
        path: the same.
        marks: the same.
        opinions: what has been said, earlier processes included.

    Raises:
        ManifestError: the file is there and is no label log.
        OutputError: it cannot be written, or another process is writing it.
    """

    def __init__(self, path: Path, marks: Sequence[Mark]) -> None:
        self.path = path
        self.marks = tuple(marks)
        self._values = {mark.name: {*mark.values, ""} for mark in marks} | {DONE: {YES, ""}}
        self._guard = _alone_with(path)
        try:
            self._log = RecordLog(path, COLUMNS)
        except BaseException:
            self._guard.close()
            raise
        self.opinions = Opinions(self._log.rows)

    def say(self, who: str, answers: Sequence[Said]) -> None:
        """Keep what a person says; all of it is on the disk when this returns.

        Raises:
            LabelError: a name, a mark or a value that cannot be.
            OutputError: it cannot be written.
        """
        check_person(who)
        for said in answers:
            if said.value not in self._values.get(said.mark, ()):
                raise LabelError(
                    f"{said.mark!r} cannot be {said.value!r}. Marks are: "
                    + "; ".join(f"{mark.name}: {', '.join(mark.values)}" for mark in self.marks)
                )
        when = datetime.now(UTC).isoformat(timespec="seconds")
        for said in answers:
            row = dict(zip(COLUMNS, (said.path, said.mark, said.value, who, when), strict=True))
            self._log.append(row)
            self.opinions.add(row)

    def close(self) -> None:
        """Close the file."""
        self._log.close()
        self._guard.close()


def check_person(who: str) -> None:
    """Refuse what is no person's name.

    Raises:
        LabelError: it is not.
    """
    if not _PERSON.fullmatch(who):
        raise LabelError(
            f"{who[:60]!r} cannot be a person's name: wanted 1 to 40 letters, digits, spaces, dots "
            "or hyphens, the first of them a letter or a digit."
        )


def _alone_with(path: Path) -> IO[bytes]:
    """Keep other processes from writing the same log, until what is returned is closed."""
    try:
        return held_alone(path)
    except BlockingIOError as error:
        raise OutputError(
            f"{path} is being written by another `animeter data label`. Open the page of that one, "
            "or choose another place for the labels with --output."
        ) from error
    except OSError as error:
        raise OutputError(
            f"Cannot write {path}: {error.strerror or error}. Choose another place for the labels "
            "with --output."
        ) from error
