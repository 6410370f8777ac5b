"""Teaching from pictures: embed them, refuse what contradicts itself, fit the head, report.

Pictures that cannot be read are left out and told of. The same file under two labels is refused:
whichever is right, the head would learn the wrong one too.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from animeter.domain.alike import group_alike
from animeter.domain.errors import AnimeterError, TeachingError, UnreadableImageError
from animeter.domain.head_fitting import Fit, FitOptions, fit_head
from animeter.domain.head_report import HeadReport, report_of
from animeter.domain.results import Failure
from animeter.domain.taught_head import NONE_OF_THESE, EmbeddingModel, HeadIdentity, TaughtHead
from animeter.inference.bundle import Bundle
from animeter.inference.embedding_cache import EmbeddingCache, content_key
from animeter.inference.heads import check_name, embedding_model
from animeter.media.files import read_file
from animeter.media.images import Picture
from animeter.media.limits import Limits

_SHOWN: Final = 5  # examples in an error

Embedding = NDArray[np.float32]
Watch = Callable[[int, int], None]
"""Told how many pictures are embedded, and how many of them could not be read."""


class Embedder(Protocol):
    """What a `Classifier` is here."""

    bundle: Bundle

    def embed(self, pictures: Iterable[Picture]) -> Generator[Embedding | Failure, None, None]:
        """Give the embedding of each picture of a stream, in order."""


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A taught head and how teaching it went.

    Attributes:
        head: the head; it carries the main figures.
        report: all figures; a suspect's `index` is a place in `names`.
        names: the pictures that taught it: paths, or `picture 3` for what has none.
        failures: pictures that could not be read.
        repeated: how many pictures were left out because the same file was there already.
        alike: how many pictures were kept together with a near-duplicate.
        strangers: how many pictures of "none of these" there were.
        known_before: how many embeddings came from the cache.
    """

    head: TaughtHead
    report: HeadReport
    names: tuple[str, ...]
    failures: tuple[Failure, ...]
    repeated: int
    alike: int
    strangers: int
    known_before: int


def teach(
    embedder: Embedder,
    pictures: Sequence[Picture],
    labels: Sequence[str],
    name: str,
    *,
    cache: EmbeddingCache | None = None,
    options: FitOptions | None = None,
    watch: Watch = lambda _done, _failed: None,
) -> Lesson:
    """Teach a head from labelled pictures.

    Args:
        embedder: a classifier.
        pictures: [N] files, bytes, arrays or images. Those labelled `none of these` teach it what
            to turn away.
        labels: [N].
        name: of the head.
        cache: embeddings of files and bytes that are known; new ones are added.
        options: how it is fitted.
        watch: told of the progress.

    Raises:
        TeachingError: there is one label only, a label has too few pictures that can be read, or
            the same picture stands under two labels.
        HeadError: the name cannot be a head's.
        BundleError: the network failed.
    """
    check_name(name)
    material = gather(embedder, pictures, labels, cache=cache, watch=watch)
    return teach_material(material, name, options=options)


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Embedded pictures that contradict nothing, ready to teach a head with.

    Attributes:
        model: whose embeddings they are.
        embeddings: [N, D].
        labels: [N].
        groups: [N] numbers, equal for near-duplicates.
        strangers: [M, D], embeddings of pictures of "none of these".
        places: [N] places in the caller's list.
        names: [N] paths, or `picture 3` for what has none.
        keys: [N] sha256 of what each file holds.
        failures: pictures that could not be read.
        repeated: how many pictures were left out because the same file was there already.
        known_before: how many embeddings came from the cache.
    """

    model: EmbeddingModel
    embeddings: Embedding
    labels: tuple[str, ...]
    groups: NDArray[np.int64]
    strangers: Embedding
    places: tuple[int, ...]
    names: tuple[str, ...]
    keys: tuple[bytes, ...]
    failures: tuple[Failure, ...]
    repeated: int
    known_before: int


def gather(
    embedder: Embedder,
    pictures: Sequence[Picture],
    labels: Sequence[str],
    *,
    cache: EmbeddingCache | None = None,
    watch: Watch = lambda _done, _failed: None,
) -> Material:
    """Embed labelled pictures, refuse what contradicts itself, and link near-duplicates.

    The arguments are those of `teach`.

    Raises:
        TeachingError: a label has no picture that can be read, or the same picture stands under
            two labels.
        BundleError: the network failed.
    """
    if len(pictures) != len(labels):
        raise TeachingError(
            f"There are {len(pictures)} pictures and {len(labels)} labels: give each picture one."
        )
    model = embedding_model(embedder.bundle)
    with nullcontext(cache) if cache is not None else EmbeddingCache(model, None) as memory:
        embedded = _embed(embedder, pictures, memory, watch)
    _refuse_contradictions(embedded, labels)
    _refuse_lost_labels(embedded, labels)
    taught = [i for i in embedded.first if labels[i] != NONE_OF_THESE]
    strangers = [i for i in embedded.first if labels[i] == NONE_OF_THESE]
    empty = np.empty((0, model.embedding_dim), np.float32)
    table = np.stack([embedded.found[i] for i in taught]) if taught else empty
    told = tuple(labels[i] for i in taught)
    return Material(
        model=model,
        embeddings=table,
        labels=told,
        groups=group_alike(table, told),
        strangers=np.stack([embedded.found[i] for i in strangers]) if strangers else empty,
        places=tuple(taught),
        names=tuple(_name(pictures[i], i) for i in taught),
        keys=tuple(embedded.keys[i] for i in taught),
        failures=tuple(embedded.failures),
        repeated=len(embedded.found) - len(embedded.first),
        known_before=embedded.known_before,
    )


def teach_material(
    material: Material,
    name: str,
    *,
    fold: NDArray[np.int64] | None = None,
    options: FitOptions | None = None,
) -> Lesson:
    """Teach a head from pictures that are embedded.

    Args:
        material: of `gather`.
        name: of the head.
        fold: [N], the fold that judges each picture, or -1 for one that only teaches. None deals
            the folds.
        options: how it is fitted.

    Raises:
        TeachingError: there is one label only, or a label has too few pictures.
    """
    strangers = len(material.strangers)
    fit = fit_head(
        HeadIdentity(name, material.model, date.today().isoformat()),
        material.embeddings,
        material.labels,
        material.groups,
        others=material.strangers if strangers else None,
        fold=fold,
        options=options,
    )
    report = report_of(fit, material.groups)
    counts = np.unique(material.groups, return_counts=True)[1]
    return Lesson(
        head=replace(fit.head, figures=report.figures(), training=_training(fit, strangers)),
        report=report,
        names=material.names,
        failures=material.failures,
        repeated=material.repeated,
        alike=int(counts[counts > 1].sum()),
        strangers=strangers,
        known_before=material.known_before,
    )


def _training(fit: Fit, strangers: int) -> dict[str, Any]:
    counts = np.bincount(fit.targets, minlength=len(fit.head.labels))
    return {
        "pictures": dict(zip(fit.head.labels, counts.tolist(), strict=True)),
        "pictures_of_none": strangers,
        "regularisation": fit.shrinkage,
        "temperature": fit.temperature,
        "calibrated_on": "held-out pictures; the temperature is in the weights",
    }


@dataclass(slots=True)
class _Embedded:
    """Pictures on their way to embeddings; numbers are places in the caller's list.

    Attributes:
        pictures: all of them.
        found: embeddings by number.
        keys: by number, equal for the same picture.
        failures: what could not be read.
        asked: numbers that the network is asked about, in order.
        again: numbers whose file is under way already.
        known_before: how many embeddings came from the cache.
    """

    pictures: Sequence[Picture]
    found: dict[int, Embedding] = field(default_factory=dict)
    keys: dict[int, bytes] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)
    known_before: int = 0

    @property
    def first(self) -> list[int]:
        """The pictures that are no repetition of an earlier one."""
        first: dict[bytes, int] = {}
        for number in sorted(self.found):
            first.setdefault(self.keys[number], number)
        return list(first.values())

    def fail(self, number: int, code: str, message: str) -> None:
        """Note down a picture that could not be read."""
        name = _name(self.pictures[number], number)
        text = message if name in message else f"{name}: {message}"
        self.failures.append(Failure(name, code, text))


def _embed(
    embedder: Embedder, pictures: Sequence[Picture], cache: EmbeddingCache, watch: Watch
) -> _Embedded:
    work = _Embedded(pictures)
    stream = embedder.embed(_unknown(work, cache))
    for turn, found in enumerate(stream):
        number = work.asked[turn]
        if isinstance(found, Failure):
            work.fail(number, found.error, found.message)
        else:
            work.found[number] = found
            if number in work.keys:
                cache.put(work.keys[number], found)
            else:
                work.keys[number] = content_key(found.tobytes())
        watch(len(work.found) + len(work.failures), len(work.failures))
    for number in work.again:
        known = cache.get(work.keys[number])
        if known is None:
            work.fail(number, UnreadableImageError.code, "as unreadable as its copy")
        else:
            work.found[number] = known
    watch(len(pictures), len(work.failures))
    return work


def _unknown(work: _Embedded, cache: EmbeddingCache) -> Iterator[Picture]:
    """Give the pictures that the cache does not know, and take note of all others."""
    under_way: set[bytes] = set()
    for number, picture in enumerate(work.pictures):
        try:
            content = _content(picture)
        except AnimeterError as error:
            work.fail(number, error.code, error.message)
            continue
        if content is None:
            work.asked.append(number)
            yield picture
            continue
        key = work.keys[number] = content_key(content)
        known = cache.get(key)
        if known is not None:
            work.found[number] = known
            work.known_before += 1
        elif key in under_way:
            work.again.append(number)
        else:
            under_way.add(key)
            work.asked.append(number)
            yield content  # the very bytes that the key stands for: the file may change


def _content(picture: Picture) -> bytes | None:
    """Return the bytes of a file; None for what was decoded elsewhere."""
    if isinstance(picture, str | Path):
        return read_file(Path(picture), Limits())
    if isinstance(picture, bytes | bytearray | memoryview):
        return bytes(picture)
    return None


def _refuse_lost_labels(work: _Embedded, labels: Sequence[str]) -> None:
    lost = sorted(set(labels) - {labels[number] for number in work.found})
    if lost:
        names = {_name(picture, n) for n, picture in enumerate(work.pictures) if labels[n] in lost}
        first = next(failure for failure in work.failures if failure.path in names)
        raise TeachingError(
            f"No picture of {', '.join(map(repr, lost[:_SHOWN]))} can be read ({first.message}). "
            "Mend the pictures, or leave the label out."
        )


def _refuse_contradictions(work: _Embedded, labels: Sequence[str]) -> None:
    first_of: dict[bytes, int] = {}
    pairs = []
    for number in sorted(work.found):
        first = first_of.setdefault(work.keys[number], number)
        if labels[first] != labels[number]:
            pairs.append((first, number))
    if not pairs:
        return
    shown = "; ".join(
        " and ".join(f"{_name(work.pictures[n], n)} ({labels[n]})" for n in pair)
        for pair in pairs[:_SHOWN]
    )
    more = f"; and {len(pairs) - _SHOWN} more" if len(pairs) > _SHOWN else ""
    raise TeachingError(
        f"The same picture stands under two labels: {shown}{more}. Keep it under the right one, "
        "or under neither."
    )


def _name(picture: Picture, number: int) -> str:
    return str(picture) if isinstance(picture, str | Path) else f"picture {number + 1}"
