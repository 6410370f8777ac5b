"""`LabelClassifier`: pictures in, one of a model's own labels out.

As with `Classifier`, the network holds all preprocessing, calibration and softmax.
"""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from animeter.domain.results import LIKENESS_DIGITS, Failure
from animeter.inference.bundle import MODEL_FILE, LabelBundle
from animeter.inference.classifier import usable_cores
from animeter.inference.looking import describe_chunk, path_of
from animeter.inference.network import Network
from animeter.inference.pipeline import work_ahead
from animeter.media.images import Image, Picture, read_image
from animeter.media.limits import Limits
from animeter.settings import read_settings

OUTPUTS: Final = ("probability", "embedding")
_IN_FLIGHT_PER_WORKER: Final = 16


@dataclass(frozen=True, slots=True, eq=False)
class LabelResult:
    """What a model of labels says of one picture.

    Attributes:
        path: the file's path as it was given; None for bytes, arrays and images.
        labels: that the model can answer.
        probabilities: float32 [K] in [0, 1], calibrated, as many and in that order; they sum to 1.
    """

    path: str | None
    labels: tuple[str, ...]
    probabilities: NDArray[np.float32]

    @property
    def label(self) -> str:
        """The likeliest label."""
        return self.labels[int(self.probabilities.argmax())]

    def to_dict(self) -> dict[str, object]:
        """Return the JSON shape, the probabilities by label and rounded."""
        named = zip(self.labels, self.probabilities.tolist(), strict=True)
        return {
            "path": self.path,
            "label": self.label,
            "probabilities": {label: round(share, LIKENESS_DIGITS) for label, share in named},
        }


class LabelClassifier:
    """A loaded model of exclusive labels; safe to use from several threads.

    Args:
        bundle: the model.
        workers: how many threads decode and run the network; None means `ANIMETER_THREADS` or,
            where that is not set, one a usable core.
        providers: ONNX Runtime's execution providers in order of preference; None means
            `ANIMETER_PROVIDERS` or, where that is not set, chooses.
        limits: what a picture may be at most.

    Attributes:
        bundle: the model.
        labels: what it can answer, in the order of the probabilities.

    Raises:
        BundleError: the model cannot be run.
        SettingError: a provider was asked for that is not there, or an environment variable holds
            a value that cannot be used.
    """

    def __init__(
        self,
        bundle: LabelBundle,
        *,
        workers: int | None = None,
        providers: Sequence[str] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.bundle = bundle
        self.labels = tuple(bundle.spec.labels)
        settings = read_settings()
        self._workers = workers or settings.threads or usable_cores()
        self._limits = limits or Limits()
        forms = ((None, len(self.labels)), (None, bundle.spec.embedding_dim))
        self._network = Network(
            bundle.read_model(),
            str(bundle.folder / MODEL_FILE),
            dict(zip(OUTPUTS, forms, strict=True)),
            settings.providers if providers is None else providers,
        )

    def classify(self, picture: Picture) -> LabelResult:
        """Classify one picture.

        Raises:
            FileMissingError: there is no file at the path.
            ImageError: the picture cannot be read, or is too large.
            BundleError: the network failed.
        """
        image = self._read(picture)
        return self._result(picture, image, self.probabilities(image.rgb[None]), 0)

    def classify_many(
        self, pictures: Iterable[Picture]
    ) -> Generator[LabelResult | Failure, None, None]:
        """Classify a stream of pictures: as many results, in order, as they become known.

        A picture that cannot be read gives a `Failure` in its place.

        Raises:
            BundleError: the network failed.
        """

        def work(chunk: Sequence[Picture]) -> list[LabelResult | Failure]:
            return describe_chunk(chunk, self._read, self.probabilities, self._result)

        return work_ahead(work, pictures, _IN_FLIGHT_PER_WORKER * self._workers, self._workers)

    def probabilities(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run the network on raw pixels, uint8 [N, H, W, 3] of any size; float32 [N, K].

        Raises:
            ValueError: the array is of another form.
            BundleError: the network failed, or gave something that is no probability.
        """
        (shares,) = self._network.run(batch, OUTPUTS[:1])
        # Written so that NaN fails too.
        if shares.shape != (len(batch), len(self.labels)) or not bool(
            np.all((shares >= 0.0) & (shares <= 1.0 + 1e-5))
        ):
            self._network.refuse("it gave something that is no probability a label")
        return np.asarray(shares, dtype=np.float32).clip(0.0, 1.0)

    def _read(self, picture: Picture) -> Image:
        return read_image(picture, self._limits, shrink_to_px=self.bundle.spec.input.size_px)

    def _result(
        self, picture: Picture, _: Image, shares: NDArray[np.float32], row: int
    ) -> LabelResult:
        # A view would keep the whole batch alive.
        return LabelResult(path_of(picture), self.labels, np.array(shares[row]))
