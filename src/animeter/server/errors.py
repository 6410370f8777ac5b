"""What a server refuses, each refusal with its HTTP status, and the one JSON shape of all of them.

    AnimeterError
    ├── RequestError                bad_request         400  a request that makes no sense
    │   ├── NoPictureError          no_picture          400  nothing to look at
    │   ├── BadBase64Error          bad_base64          400  text that does not decode
    │   ├── UnknownHeadError        unknown_head        400  a head that is not there
    │   ├── UnknownPictureError     unknown_picture     404  a picture that is not there
    │   ├── ForbiddenHostError      forbidden_host      403  a name that is not this computer's
    │   ├── ApiKeyError             bad_api_key         401  no key, or a wrong one
    │   ├── BodyTooLargeError       body_too_large      413
    │   ├── TooManyPicturesError    too_many_pictures   413
    │   ├── SlowBodyError           slow_body           408  the body took too long to arrive
    │   ├── QueueFullError          queue_full          503  come back in `retry_after_s`
    │   ├── TooSlowError            too_slow            503  the answer would have come too late
    │   └── NotKeptError            not_kept            507  what was said could not be written
    └── (those of animeter.domain.errors, by the table below)

Every answer that is not a success is `{"error": {"code", "message"}}`.
"""

from http import HTTPStatus
from typing import ClassVar, Final

from animeter.domain.errors import (
    AnimeterError,
    EmptyImageError,
    ForbiddenUrlError,
    HeadError,
    ImageError,
    ImageTooLargeError,
    LabelError,
    MissingExtraError,
    OutputError,
    TeachingError,
    UnreachableUrlError,
    UnreadableImageError,
    UnsupportedFormatError,
)

ErrorBody = dict[str, dict[str, str]]


class RequestError(AnimeterError):
    """A request that cannot be answered; `status` is what HTTP calls it."""

    code = "bad_request"
    status: ClassVar[int] = HTTPStatus.BAD_REQUEST


class NoPictureError(RequestError):
    """The request holds no picture."""

    code = "no_picture"


class BadBase64Error(RequestError):
    """A picture was given as text that is not base64."""

    code = "bad_base64"


class UnknownHeadError(RequestError):
    """A head was asked for that this server does not have."""

    code = "unknown_head"


class UnknownPictureError(RequestError):
    """A picture was asked for by a name that this server does not know."""

    code = "unknown_picture"
    status = HTTPStatus.NOT_FOUND


class ForbiddenHostError(RequestError):
    """The request names a host that this server is not."""

    code = "forbidden_host"
    status = HTTPStatus.FORBIDDEN


class ApiKeyError(RequestError):
    """The API key is missing or wrong."""

    code = "bad_api_key"
    status = HTTPStatus.UNAUTHORIZED


class BodyTooLargeError(RequestError):
    """The body has more bytes than the server takes."""

    code = "body_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class TooManyPicturesError(RequestError):
    """The request holds more pictures than the server takes at once."""

    code = "too_many_pictures"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class SlowBodyError(RequestError):
    """The body did not arrive in time."""

    code = "slow_body"
    status = HTTPStatus.REQUEST_TIMEOUT


class QueueFullError(RequestError):
    """The server has more to do than it takes.

    Args:
        retry_after_s: when there should be room again, in whole seconds.
    """

    code = "queue_full"
    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            "the server has more to do than it takes right now; try again in "
            f"{retry_after_s} s, or with fewer requests at a time"
        )
        self.retry_after_s = retry_after_s


class TooSlowError(RequestError):
    """The answer would have come too late."""

    code = "too_slow"
    status = HTTPStatus.SERVICE_UNAVAILABLE


class NotKeptError(RequestError):
    """What a person said could not be written; it is for the client to keep and send again."""

    code = "not_kept"
    status = HTTPStatus.INSUFFICIENT_STORAGE


_STATUSES: Final[dict[type[AnimeterError], int]] = {
    EmptyImageError: HTTPStatus.BAD_REQUEST,
    UnsupportedFormatError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ImageTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnreadableImageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ImageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    MissingExtraError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,  # a HEIC, and no decoder for it
    HeadError: HTTPStatus.BAD_REQUEST,
    UnreachableUrlError: HTTPStatus.BAD_REQUEST,
    ForbiddenUrlError: HTTPStatus.FORBIDDEN,
    TeachingError: HTTPStatus.UNPROCESSABLE_ENTITY,
    LabelError: HTTPStatus.BAD_REQUEST,
    OutputError: HTTPStatus.CONFLICT,  # a head of that name is there
}


def status_of(error: AnimeterError) -> int:
    """Return the HTTP status of an error; 500 for what no client can be blamed for."""
    if isinstance(error, RequestError):
        return error.status
    for kind in type(error).__mro__:
        if kind in _STATUSES:
            return _STATUSES[kind]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def error_body(code: str, message: str) -> ErrorBody:
    """Return the JSON shape of a refusal."""
    return {"error": {"code": code, "message": message}}


def headers_of(error: AnimeterError) -> dict[str, str]:
    """Return the headers that go with an error."""
    if isinstance(error, QueueFullError):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, TooSlowError):
        return {"Retry-After": "5"}
    if isinstance(error, ApiKeyError):
        return {"WWW-Authenticate": 'Bearer realm="animeter"'}
    return {}
