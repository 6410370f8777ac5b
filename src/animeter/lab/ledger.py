"""Answers about many pictures, kept on disk as they come.

A ledger is a JSONL file: a first line that says what was asked, then one line a picture, in
order. Asked again, the lines that are there are taken as they are, and the work goes on behind
them; a line that a kill cut in two is dropped. Asked something else (another model, another list
of pictures, another strength of a disturbance), the ledger starts anew.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, Self, TypeVar

_LINES_A_FLUSH = 64

Progress = Callable[[int], None]
"""Told how many pictures more are done."""


class Entry(Protocol):
    """What was said of one picture."""

    def to_row(self) -> dict[str, Any]:
        """Return the line as JSON values; the picture's key stands in it as `path`."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Self:
        """Take what `to_row` gave."""


Kind = TypeVar("Kind", bound=Entry)


@dataclass(frozen=True, slots=True)
class Ledger(Generic[Kind]):
    """A file of answers.

    Attributes:
        path: of the JSONL file; its folder is made.
        asked: what identifies the work (model, pictures, disturbance); JSON values.
        kind: of its entries.
    """

    path: Path
    asked: dict[str, Any]
    kind: type[Kind]

    def take_up(
        self,
        keys: Sequence[str],
        answer: Callable[[int], Iterable[Kind]],
        progress: Progress | None = None,
    ) -> list[Kind]:
        """Read the entries that an earlier call left, and add those that lack.

        Args:
            keys: of the pictures, in order.
            answer: given how many are done, answers for all others in order.
            progress: told of pictures as they are done, those found done first.

        Returns:
            One entry a key, in order.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        done = self._kept(keys)
        if progress is not None and done:
            progress(len(done))
        if len(done) == len(keys):
            return done
        with self.path.open("a", encoding="utf-8") as file:
            if file.tell() == 0:
                file.write(self._heading)
            for entry in answer(len(done)):
                file.write(json.dumps(entry.to_row()) + "\n")
                done.append(entry)
                if len(done) % _LINES_A_FLUSH == 0:
                    file.flush()
                if progress is not None:
                    progress(1)
        return done

    @property
    def _heading(self) -> str:
        return json.dumps({"asked": self.asked}, sort_keys=True) + "\n"

    def _kept(self, keys: Sequence[str]) -> list[Kind]:
        """Read the entries that still hold, and cut the file off behind them."""
        if not self.path.exists():
            return []
        done: list[Kind] = []
        kept_bytes = 0
        heading = self._heading.encode()
        with self.path.open("rb") as file:
            if file.readline() == heading:
                kept_bytes = len(heading)
                for key, line in zip(keys, file, strict=False):
                    row = _row(line, key)
                    if row is None:
                        break
                    done.append(self.kind.from_row(row))
                    kept_bytes += len(line)
        with self.path.open("rb+") as file:
            file.truncate(kept_bytes)
        return done


def _row(line: bytes, key: str) -> dict[str, Any] | None:
    """Read a line, or None where it is cut short or of another picture."""
    if not line.endswith(b"\n"):
        return None
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and row.get("path") == key else None
