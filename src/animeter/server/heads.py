"""The taught heads that requests may ask for: by name alone, never by a path.

Heads are read when first asked for and again when their files have changed, so that one taught a
moment ago, by this process or another, is there at once.
"""

import logging
from pathlib import Path

from animeter.domain.errors import HeadError
from animeter.domain.taught_head import TaughtHead
from animeter.inference.classifier import Classifier
from animeter.inference.head_file import SPEC_FILE, read_head
from animeter.inference.heads import head_folders
from animeter.server.errors import UnknownHeadError
from animeter.settings import Settings, read_settings

logger = logging.getLogger("animeter.server")


class Heads:
    """Finds heads for one model; its calls read files, so they are for threads.

    Args:
        classifier: of the model.
        settings: where the user's own heads are; read from the environment unless given.

    Attributes:
        settings: the same.
    """

    def __init__(self, classifier: Classifier, settings: Settings | None = None) -> None:
        self._classifier = classifier
        self.settings = settings or read_settings()
        self._model_sha256 = classifier.bundle.spec.sha256
        self._read: dict[Path, tuple[int, TaughtHead]] = {}

    def names(self) -> list[str]:
        """List the heads that this model can use."""
        return [
            name
            for name, folder in head_folders(self.settings).items()
            if self._usable(name, folder) is not None
        ]

    def classifier(self, names: tuple[str, ...], top_k: int) -> Classifier:
        """Return a classifier whose results carry these heads.

        Raises:
            UnknownHeadError: one of them is not there, or not for this model.
        """
        folders = head_folders(self.settings)
        found = []
        for name in dict.fromkeys(names):
            head = self._usable(name, folders[name]) if name in folders else None
            if head is None:
                known = ", ".join(self.names()) or "none"
                raise UnknownHeadError(f"there is no head {name!r} for this model; heads: {known}")
            found.append(head)
        return self._classifier.with_heads(found, top_k=top_k)

    def _usable(self, name: str, folder: Path) -> TaughtHead | None:
        try:
            changed_ns = (folder / SPEC_FILE).stat().st_mtime_ns
            known = self._read.get(folder)
            if known is None or known[0] != changed_ns:
                known = (changed_ns, read_head(folder))
                self._read[folder] = known
        except (HeadError, OSError) as error:
            # Its message names folders of this machine, which are nobody else's business.
            logger.warning("the head %s cannot be used: %s", name, error)
            return None
        return known[1] if known[1].model.sha256 == self._model_sha256 else None
