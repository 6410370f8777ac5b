"""From a request's body to the pictures and parameters in it, whichever way they were sent.

Three ways, told by the Content-Type: a form with files, JSON with base64, data URLs or URLs, and
anything else as the bytes of one picture. What a picture is is told later, by its bytes.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from animeter.domain.wrong_keys import wrong_keys
from animeter.inference.head_answers import DEFAULT_TOP_K
from animeter.server.errors import (
    BadBase64Error,
    NoPictureError,
    RequestError,
    TooManyPicturesError,
)
from animeter.server.multipart import Part, parts_of

_DATA_URL: Final = re.compile(r"data:[^,]{0,200}?(;base64)?,", re.IGNORECASE)
_URL: Final = re.compile(r"https?://", re.IGNORECASE)
_SPACES: Final = re.compile(r"\s+")
_FORM_FIELDS: Final = 16
_LONGEST_NAME: Final = 1024
_WRONG_SHOWN: Final = 3
_WRONG_LENGTH: Final = 500


@dataclass(frozen=True, slots=True)
class PictureUrl:
    """A picture that is to be fetched first."""

    url: str


@dataclass(frozen=True, slots=True)
class SentPicture:
    """One picture of a request.

    Attributes:
        source: its encoded bytes, or where to fetch them.
        name: what the sender calls it; it comes back as the result's path.
    """

    source: bytes | PictureUrl
    name: str | None = None


HeadName = Annotated[str, Field(max_length=100)]


def _listed(value: object) -> object:
    """Take names separated by commas for a list of them."""
    if not isinstance(value, str):
        return value
    return [name.strip() for name in value.split(",") if name.strip()]


class Parameters(BaseModel):
    """What a request may ask for beside its pictures.

    Attributes:
        output: of an explanation: a PNG with the heat drawn on the picture, or numbers.
        likeness: whose heat is drawn; that of the larger likeness unless given.
        heads: names of taught heads that results shall carry; separated by commas in a URL.
        top_k: how many labels of each head, best first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    output: Literal["overlay", "numbers"] = "overlay"
    likeness: Literal["anime", "cartoon"] | None = None
    heads: Annotated[tuple[HeadName, ...], Field(max_length=16), BeforeValidator(_listed)] = ()
    top_k: int = Field(default=DEFAULT_TOP_K, ge=1, le=100)


class JsonBody(BaseModel):
    """The JSON way of sending pictures.

    Attributes:
        inputs: base64 or a data URL (or, where the server allows it, an http URL), or a list.
        parameters: see `Parameters`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    inputs: str | Annotated[list[str], Field(min_length=1)]
    parameters: Parameters = Parameters()


@dataclass(frozen=True, slots=True)
class Sent:
    """All that one request holds.

    Attributes:
        pictures: at least one.
        parameters: what was asked for.
        as_list: whether the answer is a list, because several were sent or a list was.
    """

    pictures: tuple[SentPicture, ...]
    parameters: Parameters
    as_list: bool


def sent_in(body: bytes, content_type: str, query: dict[str, Any], max_pictures: int) -> Sent:
    """Find the pictures in a body.

    Args:
        body: all of it.
        content_type: the header, in whatever case; may be empty.
        query: parameters of the URL, which those in the body override.
        max_pictures: how many there may be.

    Raises:
        NoPictureError: there are none.
        TooManyPicturesError: there are too many.
        BadBase64Error: text that does not decode.
        RequestError: a broken body, or a parameter that is not known.
    """
    kind = kind_of(content_type)
    if kind == "multipart/form-data":
        sent = _from_form(body, content_type, query, max_pictures)
    elif _is_json(kind):
        sent = _from_json(body, query)
    else:
        pictures = (SentPicture(body),) if body else ()
        sent = Sent(pictures, _parameters(query), as_list=False)
    if not sent.pictures:
        raise _no_picture()
    if len(sent.pictures) > max_pictures:
        raise TooManyPicturesError(
            f"the request holds {len(sent.pictures)} pictures; at most {max_pictures} are taken "
            "at a time, so send them in several requests"
        )
    return sent


def is_quick(content_type: str) -> bool:
    """Say whether `sent_in` takes no time to speak of: one picture's bytes need no reading."""
    kind = kind_of(content_type)
    return kind != "multipart/form-data" and not _is_json(kind)


def kind_of(content_type: str) -> str:
    """Return the media type of a Content-Type header, in small letters and alone."""
    return content_type.partition(";")[0].strip().lower()


def _is_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith("+json")


def _from_form(body: bytes, content_type: str, query: dict[str, Any], max_pictures: int) -> Sent:
    pictures, fields = [], dict(query)
    # One more than allowed, so that too many pictures are called that and not a broken form.
    for part in parts_of(body, content_type, max_pictures + 1 + _FORM_FIELDS):
        if part.filename is None:
            fields[part.name] = part.content[:_LONGEST_NAME].decode("utf-8", "replace")
        elif part.filename or part.content:  # browsers send an empty one where none was chosen
            pictures.append(SentPicture(part.content, _name(part)))
    if not pictures:  # said before what is wrong with a field that should have been a file
        raise _no_picture()
    return Sent(tuple(pictures), _parameters(fields), as_list=len(pictures) > 1)


def _no_picture() -> NoPictureError:
    return NoPictureError(
        "there is no picture in the request; send its bytes as the body, a form with files, "
        'or JSON such as {"inputs": "<base64>"}'
    )


def _name(part: Part) -> str | None:
    return (part.filename or "")[:_LONGEST_NAME] or None


def _from_json(body: bytes, query: dict[str, Any]) -> Sent:
    try:
        asked = JsonBody.model_validate_json(body)
    except ValidationError as error:
        raise RequestError(
            f'the JSON is not of the form {{"inputs": "<base64>", "parameters": {{}}}}: '
            f"{wrong(error)}"
        ) from error
    inputs = [asked.inputs] if isinstance(asked.inputs, str) else asked.inputs
    given = {name: getattr(asked.parameters, name) for name in asked.parameters.model_fields_set}
    return Sent(
        tuple(SentPicture(_source(text)) for text in inputs),
        _parameters(query | given),
        as_list=not isinstance(asked.inputs, str),
    )


def _parameters(given: dict[str, Any]) -> Parameters:
    try:
        return Parameters.model_validate(given)
    except ValidationError as error:
        known = ", ".join(Parameters.model_fields)
        raise RequestError(f"{wrong(error)}; parameters are: {known}") from error


def wrong(error: ValidationError) -> str:
    """Say what is wrong with some JSON, in a few words however wrong it is."""
    return wrong_keys(error, "the body", _WRONG_SHOWN)[:_WRONG_LENGTH]


def _source(text: str) -> bytes | PictureUrl:
    return PictureUrl(text) if _URL.match(text) else decoded(text)


def decoded(text: str) -> bytes:
    """Decode base64, the URL-safe kind too, or a data URL.

    Raises:
        BadBase64Error: the text is neither.
    """
    found = _DATA_URL.match(text)
    if found is not None:
        if found[1] is None:
            raise BadBase64Error("the data URL is not base64; send data:image/png;base64,...")
        text = text[found.end() :]
    try:
        compact = _SPACES.sub("", text).encode("ascii").translate(_FROM_URL_SAFE)
        return base64.b64decode(compact + b"=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise BadBase64Error(
            "inputs is not base64 (nor a data URL): characters are wrong or it is cut off; "
            "encode the picture's bytes again, or send them as they are"
        ) from error


_FROM_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
