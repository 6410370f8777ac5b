"""The routes of the label page: below `/v1/labelling`, and there only while pictures are labelled.

Answers come as JSON, which a page of another site cannot send without being asked first; and a
picture is given by its name in the session, never by a path.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any, Final, Literal, ParamSpec, TypeVar

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from animeter.datasets.labelling import Said
from animeter.domain.errors import FileMissingError, OutputError
from animeter.media.preview import preview
from animeter.server.bodies import Bodies
from animeter.server.errors import NotKeptError, RequestError, UnknownPictureError
from animeter.server.labelling import LabelSession
from animeter.server.sent import kind_of, wrong
from animeter.server.service import Service

_MAX_BODY_BYTES: Final = 256 * 1024
_MOST_ANSWERS: Final = 500
_MOST_PICTURES: Final = 1000
P = ParamSpec("P")
Done = TypeVar("Done")
Who = Annotated[str, Query(max_length=200, description="The person's name.")]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    picture: str
    mark: str
    value: str


class _Answers(BaseModel):
    """What a person says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    who: str
    answers: Annotated[list[_Answer], Field(min_length=1, max_length=_MOST_ANSWERS)]


class _OneThread:
    """Has a session do one thing after another, off the event loop."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="animeter-label")

    async def __call__(self, work: Callable[P, Done], *args: P.args, **kwargs: P.kwargs) -> Done:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: work(*args, **kwargs))


def label_routes(service: Service, session: LabelSession) -> APIRouter:
    """Return the routes.

    Args:
        service: whose queue and limits pictures are read with.
        session: what is labelled.
    """
    router = APIRouter(prefix="/v1/labelling", include_in_schema=False)
    bodies = Bodies(_MAX_BODY_BYTES)
    done = _OneThread()

    @router.get("")
    async def about() -> dict[str, Any]:
        return session.about()

    @router.get("/pictures")
    async def pictures(
        who: Who,
        which: Literal["open", "done"] = "open",
        limit: Annotated[int, Query(ge=1, le=_MOST_PICTURES)] = 20,
    ) -> dict[str, Any]:
        return await done(session.open_for if which == "open" else session.done_by, who, limit)

    @router.get("/picture")
    async def picture(name: str) -> Response:
        path = session.path(name)
        if path is None:
            raise UnknownPictureError(f"{name[:200]!r} is not among the pictures labelled here")
        with service.queue.places():
            jpeg = await service.queue.run(service.deadline_s(), _shown, path, service)
        # Somebody's own pictures: no cache on the way keeps them.
        return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"})

    @router.post("/answers")
    async def answers(request: Request) -> Response:
        if kind_of(request.headers.get("content-type", "")) != "application/json":
            raise RequestError("answers are sent as JSON: Content-Type: application/json")
        with bodies.reading() as body:
            content = await body.read(request, service.deadline_s())
        return JSONResponse({"kept": await done(_keep, session, content)})

    @router.get("/agreement")
    async def agreement() -> dict[str, Any]:
        return await done(session.agreement)

    return router


def _shown(path: Path, service: Service) -> bytes:
    try:
        return preview(path, service.options.limits)
    except FileMissingError as error:
        raise UnknownPictureError(error.message) from error


def _keep(session: LabelSession, body: bytes) -> int:
    """Keep the answers in a body, and say how many they are."""
    try:
        sent = _Answers.model_validate_json(body)
    except ValidationError as error:
        raise RequestError(f"these are no answers: {wrong(error)}") from error
    try:
        session.say(sent.who, [Said(one.picture, one.mark, one.value) for one in sent.answers])
    except OutputError as error:
        raise NotKeptError(error.message) from error
    return len(sent.answers)
