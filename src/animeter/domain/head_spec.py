"""`head.json`: everything about a taught head that is not a number its arithmetic needs.

What is computed with stands in `head.safetensors`, whose sha256 is here, so that a file that was
changed or cut is noticed. Unknown keys are refused. Files are for `inference/head_file.py`.
"""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from animeter.domain.errors import HeadError
from animeter.domain.model_spec import Name, Probability, Sha256
from animeter.domain.taught_head import MAX_LABEL_LENGTH, NONE_OF_THESE
from animeter.domain.wrong_keys import wrong_keys

FORMAT_VERSION: Final = 1
"""Raised when a reader of the older form would misread a newer file."""

Label = Annotated[str, Field(min_length=1, max_length=MAX_LABEL_LENGTH)]


class _Part(BaseModel):
    """A piece of the spec: immutable, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class EmbeddingModelSpec(_Part):
    """Whose embedding the head reads, as `EmbeddingModel` means it."""

    label: str
    sha256: Sha256
    embedding_dim: int = Field(gt=0)


class NoneRuleSpec(_Part):
    """When the head says "none of these", as `NoneRule` means it."""

    near_weight: float
    sure_weight: float
    offset: float
    known_kept: Probability
    unknown_caught: Probability


class TaughtHeadSpec(_Part):
    """The whole of `head.json`.

    Attributes:
        format_version: of this file's form.
        name: what users call the head.
        labels: in the order of the rows of `weights`.
        model: whose embedding it reads.
        none_rule: when it says "none of these"; null for a head that always chooses a label.
        created: the day it was taught, `YYYY-MM-DD`.
        training: free: pictures, regularisation, calibration, where the pictures came from.
        figures: free: measured figures.
        sha256: of `head.safetensors`.
    """

    format_version: Literal[1] = FORMAT_VERSION
    name: Name
    labels: list[Label] = Field(min_length=2)
    model: EmbeddingModelSpec
    none_rule: NoneRuleSpec | None
    created: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    training: dict[str, Any] = Field(default_factory=dict)
    figures: dict[str, Any] = Field(default_factory=dict)
    sha256: Sha256

    @model_validator(mode="after")
    def _labels_differ(self) -> Self:
        if len(set(self.labels)) != len(self.labels) or NONE_OF_THESE in self.labels:
            raise ValueError(f"labels must differ and none be {NONE_OF_THESE!r}")
        return self

    @classmethod
    def from_json(cls, text: str | bytes, origin: str = "head.json") -> "TaughtHeadSpec":
        """Read a spec from the text of a `head.json`.

        Args:
            text: the file's content.
            origin: what to call it in an error.

        Raises:
            HeadError: the text is not JSON, or not of this form; says which keys are wrong.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise HeadError(
                f"{origin} is not a head that this version can read: {wrong_keys(error)}. Wanted "
                f"format_version {FORMAT_VERSION}; teach or export the head again, or update "
                "animeter if the head is newer."
            ) from error

    def to_json(self) -> str:
        """Return the text of a `head.json`, readable and ending in a newline."""
        return self.model_dump_json(indent=2) + "\n"
