"""Teaching over HTTP: labelled pictures in a request become a head that the next one can use."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from animeter.domain.errors import OutputError
from animeter.domain.taught_head import TaughtHead
from animeter.inference.classifier import Classifier
from animeter.inference.heads import head_folders, save_head
from animeter.server.errors import NoPictureError, RequestError
from animeter.server.multipart import parts_of
from animeter.server.sent import decoded, kind_of, wrong
from animeter.settings import Settings

_MOST_PICTURES: Final = 5000


@dataclass(frozen=True, slots=True)
class SentExamples:
    """What a request teaches with.

    Attributes:
        pictures: their encoded bytes.
        labels: one a picture.
    """

    pictures: tuple[bytes, ...]
    labels: tuple[str, ...]


class _Example(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    inputs: str


class ExamplesBody(BaseModel):
    """The JSON way of sending labelled pictures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    examples: Annotated[list[_Example], Field(min_length=1, max_length=_MOST_PICTURES)]


def labelled_in(body: bytes, content_type: str) -> SentExamples:
    """Find the labelled pictures in a body.

    Args:
        body: a form whose files stand under their label's name, or JSON `ExamplesBody`.
        content_type: the header.

    Raises:
        NoPictureError: there are none.
        BadBase64Error: text that does not decode.
        RequestError: a broken body.
    """
    if kind_of(content_type) == "multipart/form-data":
        parts = parts_of(body, content_type, _MOST_PICTURES)
        pairs = [(part.content, part.name) for part in parts if part.filename is not None]
    else:
        try:
            asked = ExamplesBody.model_validate_json(body)
        except ValidationError as error:
            raise RequestError(
                "teaching takes a form whose files stand under their label's name, or JSON "
                f'{{"examples": [{{"label": "...", "inputs": "<base64>"}}]}}: {wrong(error)}'
            ) from error
        pairs = [(decoded(example.inputs), example.label) for example in asked.examples]
    if not pairs:
        raise NoPictureError("there is no picture to teach with; send -F label=@picture.png")
    pictures, labels = zip(*pairs, strict=True)
    return SentExamples(pictures, labels)


def teach_and_keep(
    classifier: Classifier, lesson: SentExamples, name: str, settings: Settings, replace: bool
) -> dict[str, Any]:
    """Teach a head, keep it among the user's own, and describe it.

    Raises:
        TeachingError: the pictures teach nothing.
        HeadError: the name cannot be a head's.
        OutputError: a head of that name is there, and was not to be replaced.
    """
    if name in head_folders(settings) and not replace:  # before the work, not after it
        raise OutputError(
            f"there is a head {name!r} already; choose another name, or add ?replace=true"
        )
    head = classifier.teach(lesson.pictures, lesson.labels, name=name)
    save_head(head, replace=replace, settings=settings)
    return described(head)


def described(head: TaughtHead) -> dict[str, Any]:
    """Return what a client is told of a head."""
    return {
        "name": head.name,
        "labels": list(head.labels),
        "model": head.model.label,
        "created": head.created,
        "figures": dict(head.figures),
    }
