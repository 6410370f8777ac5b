"""`model.json`: everything about a model that is not its weights.

The door for this file: whoever reads a model's description reads it here, and unknown keys are
refused, so that a misspelt one is noticed. Reading the file itself is for `inference/bundle.py`.
"""

import json
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from animeter.domain.errors import BundleError
from animeter.domain.verdict import Thresholds, VerdictRule
from animeter.domain.wrong_keys import wrong_keys

FORMAT_VERSION: Final = 1
"""Raised when a reader of the older form would misread a newer file."""

LIKENESS_LABELS = ("anime", "cartoon")
"""The columns of the output `likeness`, in order."""

LABELS_TASK: Final = "labels"
"""The `task` of a model of exclusive labels, which `label_model_spec` describes."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
NAME_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._+-]*$"
Name = Annotated[str, Field(pattern=NAME_PATTERN)]


class _Part(BaseModel):
    """A piece of the spec: immutable, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class InputSpec(_Part):
    """What the model looks at: the whole picture, squashed to a square.

    Attributes:
        size_px: the side of that square.
    """

    size_px: int = Field(ge=32, le=1024)


class HeadSpec(_Part):
    """A set of labels read off the embedding.

    Attributes:
        name: `style` is the built-in one.
        labels: the columns of its output, in order.
        kind: `likeness` means one independent probability a label.
    """

    name: Name
    labels: list[str] = Field(min_length=1)
    kind: Literal["likeness"] = "likeness"


class ThresholdSpec(_Part):
    """The thresholds of one likeness, as `Thresholds` means them."""

    low: Probability
    high: Probability

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        self.thresholds()
        return self

    def thresholds(self) -> Thresholds:
        """Return the value that decides."""
        return Thresholds(low=self.low, high=self.high)


class ThresholdsSpec(_Part):
    """The thresholds of both likenesses."""

    anime: ThresholdSpec
    cartoon: ThresholdSpec


class ScalingSpec(_Part):
    """How a likeness is read off its logit, inside the model file; as `Scaling` means it."""

    temperature: float = Field(gt=0.0)
    offset: float = 0.0


class CalibrationSpec(_Part):
    """How the likenesses were calibrated.

    Attributes:
        anime: the scaling of the anime likeness.
        cartoon: the scaling of the cartoon likeness.
        fitted_on: which predictions they were fitted on.
        pictures: how many there were.
    """

    anime: ScalingSpec
    cartoon: ScalingSpec
    fitted_on: str
    pictures: int = Field(ge=0)


class GoldenPair(_Part):
    """A picture drawn by code and what the model said of it when it was exported.

    Attributes:
        picture: the name of the drawing.
        width_px: its width.
        height_px: its height.
        rgb_sha256: sha256 of its pixels (uint8 RGB, row by row).
        anime: the anime likeness.
        cartoon: the cartoon likeness.
    """

    picture: str
    width_px: int = Field(gt=0)
    height_px: int = Field(gt=0)
    rgb_sha256: Sha256
    anime: Probability
    cartoon: Probability


class ModelSpec(_Part):
    """The whole of `model.json`.

    Attributes:
        format_version: of this file's form.
        name: the model's name, as `animeter.load(name)` takes it.
        version: the model's own version.
        created: the day it was exported, `YYYY-MM-DD`.
        licence: of the weights.
        input: what the model looks at.
        embedding_dim: length of the vectors of the output `embedding`.
        heads: sets of labels; `style` must be among them.
        thresholds: of the verdict.
        calibration: how the likenesses were calibrated.
        training: free: recipe, data, seeds, time.
        figures: free: measured figures, each with where it comes from.
        sha256: of `model.onnx`.
        golden: pairs for a self-check.
    """

    format_version: Literal[1] = FORMAT_VERSION
    name: Name
    version: Name
    created: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    licence: str
    input: InputSpec
    embedding_dim: int = Field(gt=0)
    heads: list[HeadSpec]
    thresholds: ThresholdsSpec
    calibration: CalibrationSpec
    training: dict[str, Any] = Field(default_factory=dict)
    figures: dict[str, Any] = Field(default_factory=dict)
    sha256: Sha256
    golden: list[GoldenPair] = Field(default_factory=list)

    @model_validator(mode="after")
    def _has_style_head(self) -> Self:
        labels = {head.name: tuple(head.labels) for head in self.heads}
        if len(labels) != len(self.heads):
            raise ValueError(f"heads need names of their own, got {[h.name for h in self.heads]}")
        if labels.get("style") != LIKENESS_LABELS:
            raise ValueError(
                f"a head 'style' with labels {list(LIKENESS_LABELS)} is needed, got {labels}"
            )
        return self

    @property
    def label(self) -> str:
        """Name and version, as results carry them: `animeter-style 0.1.0`."""
        return f"{self.name} {self.version}"

    def verdict_rule(self) -> VerdictRule:
        """Return the rule that turns this model's likenesses into a verdict."""
        return VerdictRule(
            anime=self.thresholds.anime.thresholds(),
            cartoon=self.thresholds.cartoon.thresholds(),
        )

    @classmethod
    def from_json(cls, text: str | bytes, origin: str = "model.json") -> "ModelSpec":
        """Read a spec from the text of a `model.json`.

        Args:
            text: the file's content.
            origin: what to call it in an error.

        Raises:
            BundleError: the text is not JSON, or not of this form; says which keys are wrong.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            if tells_labels(text):
                raise BundleError(
                    f"{origin} describes a model that tells labels of its own, and says nothing "
                    "of anime or cartoon, which is wanted here. `animeter evaluate` judges such "
                    "models; in Python, animeter.inference.label_classifier runs them."
                ) from error
            raise BundleError(
                f"{origin} is not a model description this version can read: {wrong_keys(error)}. "
                f"Wanted format_version {FORMAT_VERSION}; export the model again, "
                "or update animeter if the model is newer."
            ) from error

    def to_json(self) -> str:
        """Return the text of a `model.json`, readable and ending in a newline."""
        return self.model_dump_json(indent=2) + "\n"


def tells_labels(text: str | bytes) -> bool:
    """Say whether a `model.json`, whole or not, is one of a model of exclusive labels."""
    try:
        content = json.loads(text)
    except ValueError:
        return False
    return isinstance(content, dict) and content.get("task") == LABELS_TASK
