"""A labelling session: which picture is whose turn, what the model thinks, and what people said.

Its calls read and write files, and no two may run at the same time: the server makes them on
one thread. It does not know HTTP.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain
from pathlib import Path
from typing import Any, Final

from animeter.datasets.labelling import LabelLog, Said, check_person
from animeter.datasets.marks import DONE
from animeter.datasets.to_label import PictureToLabel
from animeter.domain.doubt import doubt
from animeter.domain.errors import LabelError
from animeter.server.looking import Looking

_LAST: Final = 1.0


@dataclass(frozen=True, slots=True)
class Labelling:
    """What is labelled, and by which rules.

    Attributes:
        source: the folder or manifest that the pictures are from.
        pictures: all of them.
        log: where what people say is kept.
        opinions_wanted: how many people shall look at each picture; None means all.
    """

    source: Path
    pictures: Sequence[PictureToLabel]
    log: LabelLog
    opinions_wanted: int | None = None


class LabelSession:
    """Hands out pictures and takes answers.

    Args:
        labelling: what is labelled.
        looking: what the model says of the pictures, as far as it has come.
    """

    def __init__(self, labelling: Labelling, looking: Looking) -> None:
        self._labelling = labelling
        self._log = labelling.log
        self._looking = looking
        self._pictures = {picture.name: picture for picture in labelling.pictures}
        self._turns: dict[str, float] = {}

    def about(self) -> dict[str, Any]:
        """Describe the session."""
        log = self._log.path.absolute()
        return {
            # A page keeps unsent answers under this, so that no other session gets them.
            "id": hashlib.sha256(str(log).encode()).hexdigest()[:16],
            "title": self._labelling.source.absolute().name,
            "marks": [
                {"name": mark.name, "values": list(mark.values), "flag": mark.is_flag}
                for mark in self._log.marks
            ],
            "pictures": len(self._pictures),
            "model": self._looking.model,
        }

    def path(self, name: str) -> Path | None:
        """Return where a picture of the session is; None for any other name."""
        picture = self._pictures.get(name)
        return picture.path if picture else None

    def open_for(self, who: str, limit: int) -> dict[str, Any]:
        """Return a person's next pictures, the ones that the model is least sure of first.

        Raises:
            LabelError: that is no person's name.
        """
        check_person(who)
        still_open = list(self._open(who))
        first = nsmallest(limit, still_open, key=self._turn)
        return self._answer(who, first, len(still_open))

    def done_by(self, who: str, limit: int) -> dict[str, Any]:
        """Return the pictures that a person was done with last, the last one last.

        Raises:
            LabelError: that is no person's name.
        """
        check_person(who)
        names = [name for name in self._log.opinions.done_by(who) if name in self._pictures]
        still_open = sum(1 for _ in self._open(who))
        return self._answer(who, [self._pictures[name] for name in names[-limit:]], still_open)

    def say(self, who: str, answers: Sequence[Said]) -> None:
        """Keep what a person says.

        Raises:
            LabelError: a picture, name, mark or value that cannot be.
            OutputError: it cannot be written.
        """
        for said in answers:
            if said.path not in self._pictures:
                raise LabelError(
                    f"{said.path[:200]!r} is not among the {len(self._pictures)} pictures that are "
                    "labelled here."
                )
        self._log.say(who, answers)

    def agreement(self) -> dict[str, Any]:
        """Return who did how much, and how far each two agree."""
        return self._log.opinions.to_dict(self._log.marks)

    def _open(self, who: str) -> Iterable[PictureToLabel]:
        opinions, wanted = self._log.opinions, self._labelling.opinions_wanted
        closed = self._looking.unreadable.union(opinions.done_by(who))
        if wanted is not None:
            everybody = (opinions.done_by(person) for person in opinions.people)
            times = Counter(chain.from_iterable(everybody))
            closed.update(name for name, count in times.items() if count >= wanted)
        return (picture for name, picture in self._pictures.items() if name not in closed)

    def _turn(self, picture: PictureToLabel) -> float:
        """Return less for what comes earlier; what the model has not seen yet comes last."""
        turn = self._turns.get(picture.name)
        if turn is None:
            likeness = self._looking.likenesses.get(picture.name)
            if likeness is None:
                return _LAST
            turn = -doubt(*likeness, picture.filed.get("style", ""))
            self._turns[picture.name] = turn
        return turn

    def _answer(
        self, who: str, pictures: Iterable[PictureToLabel], still_open: int
    ) -> dict[str, Any]:
        opinions = self._log.opinions
        described = []
        for picture in pictures:
            said = dict(opinions.of(who, picture.name))
            done = said.pop(DONE, "") != ""
            likeness = self._looking.likenesses.get(picture.name)
            described.append(
                {
                    "name": picture.name,
                    "filed": dict(picture.filed),
                    "said": said,
                    "done": done,
                    "likeness": likeness and {"anime": likeness[0], "cartoon": likeness[1]},
                }
            )
        progress = {
            "done": sum(name in self._pictures for name in opinions.done_by(who)),
            "open": still_open,
            "looked_at": len(self._looking.likenesses),
            "unreadable": len(self._looking.unreadable),
        }
        return {"pictures": described, "progress": progress}
