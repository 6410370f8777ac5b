"""The shapes of answers and bodies, as `/openapi.json` tells them.

Answers are written by the `to_dict` of what they carry; these models only describe them, and the
fuzzing in `tests/server` compares the two.
"""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from animeter.domain.model_spec import Probability, ThresholdsSpec
from animeter.domain.verdict import Verdict
from animeter.server.lessons import ExamplesBody
from animeter.server.sent import JsonBody


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ErrorDetail(_Shape):
    """What went wrong."""

    code: str = Field(description="A stable word for programs, such as `unreadable_image`.")
    message: str = Field(description="A sentence for people: what was got, wanted, and to do.")


class ErrorShape(_Shape):
    """Every answer that is not a success."""

    error: ErrorDetail


class ScoredLabel(_Shape):
    """A label of a taught head."""

    label: str
    score: Probability


class StepShape(_Shape):
    """One level of the tree of labels."""

    level: str = Field(description="`style`, `series` or `character`.")
    label: str
    score: Probability
    sure: bool


class PlaceShape(_Shape):
    """Where in the tree of labels a picture stands, as deep as that can be told."""

    words: str = Field(description="Such as `anime, probably Naruto, character unknown`.")
    steps: list[StepShape]
    type: str | None
    demographic: str | None


class ClassificationShape(_Shape):
    """What the model says of one picture, as the command line writes it."""

    path: str | None = Field(description="The file's name in a form; null for anything else.")
    verdict: Verdict
    anime: Probability = Field(description="Anime likeness, calibrated.")
    cartoon: Probability = Field(description="Cartoon likeness, calibrated, independent of anime.")
    model: str = Field(description="Name and version of the model.")
    width_px: int = Field(ge=1)
    height_px: int = Field(ge=1)
    heads: dict[str, list[ScoredLabel]] | None = Field(
        default=None, description="Labels of the heads asked for, best first; absent if none was."
    )
    place: PlaceShape | None = Field(
        default=None, description="Where that leads in the tree of labels; absent if nowhere."
    )


class FailureShape(_Shape):
    """A picture of several that could not be read, in its place."""

    path: str | None
    error: ErrorDetail


class ResultsShape(_Shape):
    """Answers to several pictures, in the order they were sent."""

    results: list[ClassificationShape | FailureShape]


class ActivationShape(_Shape):
    """Where the likenesses come from, in logits, row by row; above zero speaks for the likeness."""

    rows: int = Field(ge=1)
    columns: int = Field(ge=1)
    anime: list[list[float]]
    cartoon: list[list[float]]


class ExplanationShape(_Shape):
    """A classification with its maps and embedding."""

    classification: ClassificationShape
    activation: ActivationShape
    embedding: list[float] = Field(description="L2-normalised.")


class RequestLimits(_Shape):
    """What one request may hold."""

    max_body_bytes: int
    max_pixels: int
    max_pictures: int


class ModelShape(_Shape):
    """The model in use, and what the server takes."""

    label: str = Field(description="Name and version, as results carry them.")
    name: str
    version: str
    created: str = Field(description="The day it was exported, YYYY-MM-DD.")
    licence: str
    sha256: str = Field(description="Of model.onnx.")
    size_px: int = Field(description="The side of the square that the model looks at.")
    embedding_dim: int
    labels: dict[str, list[str]] = Field(description="The labels of each head of the model.")
    heads: list[str] = Field(description="Taught heads that requests may ask for by name.")
    thresholds: ThresholdsSpec
    limits: RequestLimits


class TaughtShape(_Shape):
    """A head that was just taught."""

    name: str
    labels: list[str]
    model: str = Field(description="The model whose embedding it reads.")
    created: str
    figures: dict[str, Any] = Field(description="How good it is on pictures held out.")


class LiveShape(_Shape):
    """The process answers."""

    live: bool


class ReadyShape(_Shape):
    """The model is loaded and requests are taken."""

    ready: bool


def picture_body(parameters: tuple[str, ...]) -> dict[str, Any]:
    """Describe a request body with pictures, for an operation that takes these parameters."""
    schema = JsonBody.model_json_schema()
    known = schema.pop("$defs")["Parameters"]
    known["properties"] = {
        name: rule for name, rule in known["properties"].items() if name in parameters
    }
    known.pop("description", None)
    schema["properties"]["parameters"] = known
    schema["properties"]["inputs"]["description"] = (
        "Base64, a data URL, or (where the server allows it) an http URL; or a list of these."
    )
    schema.pop("description", None)
    raw = {"schema": {"type": "string", "format": "binary"}}
    form = {
        "type": "object",
        "properties": {
            "file": {
                "type": "array",
                "items": {"type": "string", "format": "binary"},
                "minItems": 1,
                "description": "One file or several.",
            }
        },
        "required": ["file"],
    }
    return {
        "required": True,
        "content": {
            "application/octet-stream": raw,
            "image/png": raw,
            "image/jpeg": raw,
            "image/webp": raw,
            "multipart/form-data": {"schema": form},
            "application/json": {"schema": schema},
        },
    }


def lesson_body() -> dict[str, Any]:
    """Describe a request body with labelled pictures."""
    schema = ExamplesBody.model_json_schema()
    schema["properties"]["examples"]["items"] = schema.pop("$defs")["_Example"]
    schema.pop("description", None)
    form = {
        "type": "object",
        "description": "Files, each under its label's name, which may come again.",
        "additionalProperties": {"type": "string", "format": "binary"},
    }
    return {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": form},
            "application/json": {"schema": schema},
        },
    }


REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": ErrorShape, "description": "No picture in it, or a request that makes no sense"},
    401: {"model": ErrorShape, "description": "The API key is missing or wrong"},
    403: {"model": ErrorShape, "description": "A URL that this server does not fetch"},
    408: {"model": ErrorShape, "description": "The body took too long to arrive"},
    413: {"model": ErrorShape, "description": "Too many bytes, pixels or pictures"},
    415: {"model": ErrorShape, "description": "Not a picture, or of a kind that cannot be read"},
    422: {"model": ErrorShape, "description": "A broken picture"},
    500: {"model": ErrorShape, "description": "A fault of the server"},
    503: {
        "model": ErrorShape,
        "description": "More to do than the server takes",
        "headers": {
            "Retry-After": {
                "description": "Seconds after which to try again",
                "schema": {"type": "integer"},
            }
        },
    },
}
