"""`Classifier`: pictures in, results out.

`classify` and `classify_many` take pictures as files, bytes, arrays or images and give results;
`likenesses` is the tensor-level call, from raw pixels to the network's own outputs. The network
holds all preprocessing; what happens here before it is only shrinking, with the filter that the
network itself uses, because a JPEG can be decoded small at a fraction of the cost.
"""

import copy
import os
from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from animeter.domain.errors import TeachingError
from animeter.domain.head_fitting import FitOptions
from animeter.domain.results import Classification, Failure, Result
from animeter.domain.taught_head import TaughtHead
from animeter.inference.bundle import Bundle, find_bundle
from animeter.inference.explanation import Explanation
from animeter.inference.head_answers import DEFAULT_TOP_K, HeadAnswers
from animeter.inference.looking import describe_chunk, path_of
from animeter.inference.pipeline import work_ahead
from animeter.inference.session import OnnxSession, Outputs
from animeter.inference.teaching import teach
from animeter.media.images import Image, Picture, read_image
from animeter.media.limits import Limits
from animeter.settings import read_settings

Found = TypeVar("Found")

_IN_FLIGHT_PER_WORKER = 16


class Classifier:
    """A loaded model, ready to look at pictures; safe to use from several threads.

    Args:
        bundle: the model.
        workers: how many threads decode and run the network; None means `ANIMETER_THREADS` or,
            where that is not set, one a usable core.
        providers: ONNX Runtime's execution providers in order of preference; None means
            `ANIMETER_PROVIDERS` or, where that is not set, chooses.
        limits: what a picture may be at most.

    Attributes:
        bundle: the model.
        workers: how many threads are used where a call does not say.

    Raises:
        BundleError: the model cannot be run.
        SettingError: a provider was asked for that is not there, or an environment variable holds
            a value that cannot be used.
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        workers: int | None = None,
        providers: Sequence[str] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.bundle = bundle
        settings = read_settings()
        if workers is None:
            workers = settings.threads or usable_cores()
        self.workers = _at_least_one("workers", workers)
        self._limits = limits or Limits()
        self._session = OnnxSession(
            bundle, providers=settings.providers if providers is None else providers
        )
        self._rule = bundle.spec.verdict_rule()
        self._label = bundle.spec.label
        self._heads = HeadAnswers((), bundle)

    @property
    def provider(self) -> str:
        """The execution provider in use."""
        return self._session.provider

    @property
    def provider_note(self) -> str | None:
        """Why it is not a faster provider that seems to be at hand; None when all is well."""
        return self._session.provider_note

    @property
    def head_names(self) -> tuple[str, ...]:
        """The names of the heads that results carry."""
        return self._heads.names

    def with_heads(
        self, heads: Iterable[TaughtHead | str | Path], *, top_k: int = DEFAULT_TOP_K
    ) -> "Classifier":
        """Return a classifier of the same model, loaded once, whose results carry these heads.

        Args:
            heads: heads, names of heads, or paths of their folders.
            top_k: how many labels of each head a result tells, best first.

        Raises:
            HeadError: a head is not there, is damaged, or was taught on another model.
        """
        other = copy.copy(self)
        other._heads = HeadAnswers(heads, self.bundle, top_k)  # noqa: SLF001
        return other

    def with_limits(self, limits: Limits) -> "Classifier":
        """Return a classifier of the same model, loaded once, that allows pictures other costs."""
        other = copy.copy(self)
        other._limits = limits  # noqa: SLF001  (another of this very class)
        return other

    def classify(self, picture: Picture) -> Classification:
        """Classify one picture.

        Raises:
            FileMissingError: there is no file at the path.
            ImageError: the picture cannot be read, or is too large.
            BundleError: the network failed.
        """
        image = self._read(picture)
        outputs = self._session.run(image.rgb[None])
        return self._classification(picture, image, outputs, 0)

    def explain(self, picture: Picture) -> Explanation:
        """Classify one picture, and say where in it the answer came from.

        Raises:
            FileMissingError: there is no file at the path.
            ImageError: the picture cannot be read, or is too large.
            BundleError: the network failed.
        """
        image = self._read(picture)
        outputs = self._session.run(image.rgb[None])
        return Explanation(
            classification=self._classification(picture, image, outputs, 0),
            activation=outputs.activation[0],
            embedding=outputs.embedding[0],
        )

    def classify_many(
        self,
        pictures: Iterable[Picture],
        *,
        batch_size: int | None = None,
        workers: int | None = None,
    ) -> Generator[Result, None, None]:
        """Classify a stream of pictures: as many results, in order, as they become known.

        A picture that cannot be read gives a `Failure` in its place. The stream is read as far
        ahead as `batch_size` and no further, so memory does not grow with its length.

        Args:
            pictures: any iterable, endless ones included.
            batch_size: how many pictures are under way at once; None means 16 a worker.
            workers: how many threads decode and run the network; None means the classifier's.

        Raises:
            BundleError: the network failed.
        """
        return self._stream(pictures, self._classification, batch_size, workers)

    def embed(
        self,
        pictures: Iterable[Picture],
        *,
        batch_size: int | None = None,
        workers: int | None = None,
    ) -> Generator[NDArray[np.float32] | Failure, None, None]:
        """Give the embedding of each picture of a stream, in order, as `classify_many` does.

        Yields:
            float32 [D], L2-normalised; or a `Failure` for a picture that cannot be read.
        """
        return self._stream(pictures, _embedding, batch_size, workers)

    def teach(
        self,
        pictures: Iterable[Picture],
        labels: Iterable[str],
        *,
        name: str = "taught",
        min_pictures: int = 2,
    ) -> TaughtHead:
        """Teach a head: a set of labels of your own, read off this model's embedding.

        `with_heads` applies it, its `figures` say how good it is, and `save_head` keeps it.

        Args:
            pictures: files, bytes, arrays or images; five a label are useful, twenty are good.
            labels: one a picture. `none of these` is for pictures that the head shall turn away.
            name: of the head.
            min_pictures: fewest pictures that a label may have.

        Raises:
            TeachingError: a picture cannot be read or stands under two labels, there is one label
                only, or a label has too few pictures.
            BundleError: the network failed.
        """
        lesson = teach(
            self,
            list(pictures),
            list(labels),
            name,
            options=FitOptions(min_pictures=min_pictures),
        )
        if lesson.failures:
            raise TeachingError(
                f"{len(lesson.failures)} pictures cannot be read, the first one is "
                f"{lesson.failures[0].message}. Leave them out."
            )
        return lesson.head

    def likenesses(self, batch: NDArray[np.uint8]) -> Outputs:
        """Run the network on raw pixels: the tensor-level call.

        Args:
            batch: uint8 RGB [N, H, W, 3], any height and width; the network resizes.

        Raises:
            ValueError: the array is of another form.
            BundleError: the network failed.
        """
        return self._session.run(batch)

    def _stream(
        self,
        pictures: Iterable[Picture],
        describe: Callable[[Picture, Image, Outputs, int], Found],
        batch_size: int | None,
        workers: int | None,
    ) -> Generator[Found | Failure, None, None]:
        threads = self.workers if workers is None else _at_least_one("workers", workers)
        in_flight = (
            _IN_FLIGHT_PER_WORKER * threads
            if batch_size is None
            else _at_least_one("batch_size", batch_size)
        )

        def work(chunk: Sequence[Picture]) -> list[Found | Failure]:
            return self._describe_chunk(chunk, describe)

        return work_ahead(work, pictures, in_flight, threads)

    def _describe_chunk(
        self,
        chunk: Sequence[Picture],
        describe: Callable[[Picture, Image, Outputs, int], Found],
    ) -> list[Found | Failure]:
        return describe_chunk(chunk, self._read, self._session.run, describe)

    def _read(self, picture: Picture) -> Image:
        return read_image(picture, self._limits, shrink_to_px=self.bundle.spec.input.size_px)

    def _classification(
        self, picture: Picture, image: Image, outputs: Outputs, row: int
    ) -> Classification:
        anime, cartoon = (float(value) for value in outputs.likeness[row])
        heads, place = self._heads.of(outputs.embedding[row], anime, cartoon)
        return Classification(
            path=path_of(picture),
            anime=anime,
            cartoon=cartoon,
            verdict=self._rule.decide(anime, cartoon),
            model=self._label,
            width_px=image.width_px,
            height_px=image.height_px,
            heads=heads,
            place=place,
        )


def load(model: str | Path | None = None) -> Classifier:
    """Load a model: the built-in one, one by name, or one by the path of its bundle.

    The environment has its say: `ANIMETER_HOME`, `ANIMETER_THREADS`, `ANIMETER_PROVIDERS`.

    Raises:
        BundleError: there is no such model, or it cannot be run.
        SettingError: an environment variable holds a value that cannot be used.
    """
    return Classifier(find_bundle(model))


def usable_cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _embedding(_: Picture, __: Image, outputs: Outputs, row: int) -> NDArray[np.float32]:
    # A view would keep the whole batch alive.
    return np.array(outputs.embedding[row], dtype=np.float32)


def _at_least_one(name: str, value: int) -> int:
    if value < 1:
        raise ValueError(f"{name} is {value}: wanted at least 1")
    return value
