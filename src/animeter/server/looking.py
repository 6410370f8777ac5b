"""The model's look at all pictures of a labelling session, in the background, and kept for later.

What is kept lies in the cache: a row a picture, with the size and time of its file, so that one
that has changed is looked at again. Deleting it costs time and nothing else.
"""

import hashlib
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from animeter.datasets.records import PATH, RecordLog
from animeter.datasets.to_label import PictureToLabel
from animeter.domain.errors import AnimeterError
from animeter.domain.results import LIKENESS_DIGITS, Failure
from animeter.inference.classifier import Classifier

logger = logging.getLogger("animeter.server")

Likeness = tuple[float, float]
Stamp = tuple[str, str, str]

_STAMPED: Final = (PATH, "bytes", "modified_ns")
_COLUMNS: Final = (*_STAMPED, "anime", "cartoon")


class Looking:
    """Looks at pictures, one after another, until it has seen all or is closed.

    Args:
        classifier: what looks.
        pictures: at what.
        cache: where it keeps what it saw; a file that cannot be used is done without.

    Attributes:
        model: name and version of the model that looks.
        likenesses: anime and cartoon likeness by a picture's name; grows.
        unreadable: the names of pictures that cannot be read; grows.
    """

    def __init__(
        self, classifier: Classifier, pictures: Sequence[PictureToLabel], cache: Path
    ) -> None:
        self.model = classifier.bundle.spec.label
        self.likenesses: dict[str, Likeness] = {}
        self.unreadable: set[str] = set()
        self._classifier = classifier
        self._pictures = pictures
        self._cache = cache
        self._told_to_stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="animeter-look", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wait(self) -> None:
        """Wait until all has been looked at."""
        self._thread.join()

    def close(self) -> None:
        """Stop, and wait for the end."""
        self._told_to_stop.set()
        self.wait()

    def _run(self) -> None:
        try:
            log = self._open_cache()
            new = list(self._unknown(log))
            with closing(self._classifier.classify_many(one.path for one, _ in new)) as results:
                for (picture, stamp), result in zip(new, results, strict=False):
                    if self._told_to_stop.is_set():
                        break
                    if isinstance(result, Failure):
                        self.unreadable.add(picture.name)
                        logger.warning("cannot be read: %s", result.message)
                    else:
                        self._keep(log, stamp, (result.anime, result.cartoon))
            if log is not None:
                log.close()
        except Exception:  # a thread of its own: nobody else would hear of it
            logger.exception("the model cannot look at the pictures; they come in their order")

    def _open_cache(self) -> RecordLog | None:
        try:
            return RecordLog(self._cache, _COLUMNS)
        except AnimeterError as error:
            logger.warning("what the model says is not kept: %s", error.message)
            return None

    def _unknown(self, log: RecordLog | None) -> Iterator[tuple[PictureToLabel, Stamp]]:
        known = {tuple(row[column] for column in _STAMPED): row for row in log.rows} if log else {}
        for picture in self._pictures:
            stamp = _stamp(picture)  # from before it is looked at: it may change meanwhile
            row = known.get(stamp)
            if row is None:
                yield picture, stamp
            else:
                self.likenesses[picture.name] = (float(row["anime"]), float(row["cartoon"]))

    def _keep(self, log: RecordLog | None, stamp: Stamp, likeness: Likeness) -> None:
        anime, cartoon = (round(each, LIKENESS_DIGITS) for each in likeness)
        self.likenesses[stamp[0]] = (anime, cartoon)
        if log is not None:
            log.append(dict(zip(_COLUMNS, (*stamp, str(anime), str(cartoon)), strict=True)))


def likeness_file(folder: Path, log: Path, classifier: Classifier) -> Path:
    """Return where in the cache a session's likenesses are: a file a label log and model."""
    named = f"{log.absolute()}\0{classifier.bundle.spec.sha256}"
    return folder / "labelling" / f"{hashlib.sha256(named.encode()).hexdigest()[:16]}.csv"


def _stamp(picture: PictureToLabel) -> Stamp:
    """Return what tells a picture's file from what it was before, as `_STAMPED` has it."""
    try:
        status = picture.path.stat()
    except OSError:
        return (picture.name, "", "")
    return (picture.name, str(status.st_size), str(status.st_mtime_ns))
