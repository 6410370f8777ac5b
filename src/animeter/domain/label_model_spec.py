"""`model.json` of a model that tells exclusive labels: everything about it but its weights.

Such a model answers with one of its own labels, so it has no likenesses, no verdict and no
thresholds. Unknown keys are refused, as in `model_spec`.
"""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from animeter.domain.calibration import UNCALIBRATED
from animeter.domain.errors import BundleError
from animeter.domain.model_spec import LABELS_TASK, InputSpec, Name, Sha256
from animeter.domain.wrong_keys import wrong_keys

FORMAT_VERSION: Final = 1
"""Raised when a reader of the older form would misread a newer file."""

Label = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    """A piece of the spec: immutable, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class TemperatureSpec(_Part):
    """How the probabilities were calibrated, inside the model file.

    Attributes:
        temperature: that the logits are divided by.
        fitted_on: which predictions it was fitted on.
        pictures: how many there were.
    """

    temperature: float = Field(default=1.0, gt=0.0)
    fitted_on: str = UNCALIBRATED
    pictures: int = Field(default=0, ge=0)


class LabelModelSpec(_Part):
    """The whole of `model.json`.

    Attributes:
        format_version: of this file's form.
        task: tells this form from the one of a likeness model.
        name: the model's name.
        version: the model's own version.
        created: the day it was exported, `YYYY-MM-DD`.
        licence: of the weights.
        input: what the model looks at.
        embedding_dim: length of the vectors of the output `embedding`.
        labels: the columns of the output `probability`, in order.
        calibration: how the probabilities were calibrated.
        training: free: recipe, data, seeds, time.
        figures: free: measured figures, each with where it comes from.
        sha256: of `model.onnx`.
    """

    format_version: Literal[1] = FORMAT_VERSION
    task: Literal["labels"] = LABELS_TASK
    name: Name
    version: Name
    created: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    licence: str
    input: InputSpec
    embedding_dim: int = Field(gt=0)
    labels: list[Label] = Field(min_length=2)
    calibration: TemperatureSpec = TemperatureSpec()
    training: dict[str, Any] = Field(default_factory=dict)
    figures: dict[str, Any] = Field(default_factory=dict)
    sha256: Sha256

    @model_validator(mode="after")
    def _labels_differ(self) -> Self:
        if len(set(self.labels)) != len(self.labels):
            raise ValueError("labels must differ")
        return self

    @property
    def label(self) -> str:
        """Name and version: `shows 0.1.0`."""
        return f"{self.name} {self.version}"

    @classmethod
    def from_json(cls, text: str | bytes, origin: str = "model.json") -> "LabelModelSpec":
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
            raise BundleError(
                f"{origin} is not a description of a model of labels that this version can read: "
                f"{wrong_keys(error, most=5)}. Wanted task {LABELS_TASK!r} and format_version "
                f"{FORMAT_VERSION}; export the model again, or update animeter if it is newer."
            ) from error

    def to_json(self) -> str:
        """Return the text of a `model.json`, readable and ending in a newline."""
        return self.model_dump_json(indent=2) + "\n"
