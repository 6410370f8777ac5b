"""The routes of the API: each reads a request, asks the service, and says what came of it."""

import asyncio
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from animeter.domain.model_spec import ModelSpec
from animeter.inference.head_answers import DEFAULT_TOP_K
from animeter.server.assets import ASK_AGAIN, FOREVER, Shelf
from animeter.server.errors import RequestError
from animeter.server.metrics import CONTENT_TYPE
from animeter.server.options import ServeOptions
from animeter.server.reference import STYLE, reference_page
from animeter.server.schemas import (
    REFUSALS,
    ClassificationShape,
    ErrorShape,
    ExplanationShape,
    LiveShape,
    ModelShape,
    ReadyShape,
    RequestLimits,
    ResultsShape,
    TaughtShape,
    lesson_body,
    picture_body,
)
from animeter.server.service import Service

Docs = dict[int | str, dict[str, Any]]

_OVERLAY: Final[Docs] = {
    200: {
        "description": "A PNG with the heat drawn on the picture, or numbers",
        "model": ExplanationShape,
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_HEADS: Final = ("heads", "top_k")
_DRAWING: Final = ("output", "likeness")
_SHUT_OUT: Final[Docs] = {401: REFUSALS[401]}


def api_routes(service: Service) -> APIRouter:
    """Return the routes below `/v1`."""
    router = APIRouter(prefix="/v1")

    @router.post(
        "/classify",
        summary="How much do pictures look like anime, and how much like a cartoon",
        response_model=ClassificationShape | ResultsShape,
        response_description="What the model says",
        responses=REFUSALS,
        openapi_extra={"requestBody": picture_body(_HEADS)},
    )
    async def classify(
        request: Request,
        heads: Annotated[  # noqa: ARG001  (read with the rest of the request)
            str, Query(description="Names of taught heads, separated by commas.")
        ] = "",
        top_k: Annotated[  # noqa: ARG001
            int, Query(ge=1, le=100, description="Labels of each head, best first.")
        ] = DEFAULT_TOP_K,
    ) -> Response:
        """One picture gives one object, several (or a JSON list) give `results` in their order.

        Send a picture's bytes as they are, a form with one file or several, or JSON with base64.
        Of several pictures, a broken one gives an `error` in its place.
        """
        async with service.asked(request, _HEADS) as asked:
            results = [result.to_dict() for result in await service.classify(asked)]
            return JSONResponse({"results": results} if asked.sent.as_list else results[0])

    @router.post(
        "/explain",
        summary="Where in a picture the answer comes from",
        response_class=Response,
        responses=REFUSALS | _OVERLAY,
        openapi_extra={"requestBody": picture_body(_DRAWING)},
    )
    async def explain(
        request: Request,
        output: Annotated[  # noqa: ARG001  (read with the rest of the request)
            Literal["overlay", "numbers"], Query(description="A drawing or JSON.")
        ] = "overlay",
        likeness: Annotated[  # noqa: ARG001
            Literal["anime", "cartoon"] | None,
            Query(description="Whose heat is drawn; the larger one's unless given."),
        ] = None,
    ) -> Response:
        """The redder a place, the more it speaks for the likeness.

        As numbers: both maps in logits, the classification and the embedding.
        """
        async with service.asked(request, _DRAWING) as asked:
            if len(asked.pictures) > 1:
                raise RequestError(
                    f"got {len(asked.pictures)} pictures; explain takes one at a time"
                )
            return await service.explain(asked)

    @router.get(
        "/model",
        summary="The model in use, and what a request may hold",
        response_model=ModelShape,
        response_description="The model",
        responses=_SHUT_OUT,
    )
    async def model() -> ModelShape:
        """Its label, labels, thresholds and sha256, and this server's limits."""
        names = await asyncio.to_thread(service.heads.names)
        return model_shape(service.classifier.bundle.spec, names, service.options)

    return router


def teaching_routes(service: Service) -> APIRouter:
    """Return the routes that change what the server knows; only where it is allowed to learn."""
    router = APIRouter(prefix="/v1")

    @router.post(
        "/heads/{name}",
        summary="Teach labels of your own",
        status_code=201,
        response_model=TaughtShape,
        response_description="The head, which is kept",
        responses=REFUSALS | {409: {"model": ErrorShape, "description": "There is such a head"}},
        openapi_extra={"requestBody": lesson_body()},
    )
    async def teach(
        request: Request,
        name: Annotated[str, Path(max_length=100)],
        replace: Annotated[bool, Query(description="Replace a head of that name.")] = False,
    ) -> Response:
        """A form with files, each under its label's name, or JSON `examples`.

        The answer says how good the head is on pictures held out; from then on
        `POST /v1/classify?heads=NAME` asks it too.
        """
        return JSONResponse(await service.teach(request, name, replace_old=replace), 201)

    return router


def health_routes(service: Service) -> APIRouter:
    """Return the routes for those who watch over the server; many of them ask with HEAD."""
    router = APIRouter()

    @router.head("/v2/health/live", include_in_schema=False)
    @router.get(
        "/v2/health/live",
        summary="Does the process answer",
        response_model=LiveShape,
        response_description="It does",
    )
    async def live() -> LiveShape:
        """As the Open Inference Protocol has it."""
        return LiveShape(live=True)

    @router.head("/v2/health/ready", include_in_schema=False)
    @router.get(
        "/v2/health/ready",
        summary="Is the model loaded, and are requests taken",
        response_model=ReadyShape,
        response_description="Yes",
        responses={503: {"model": ReadyShape, "description": "Not now"}},
    )
    async def ready() -> Response:
        """As the Open Inference Protocol has it; not ready while the queue is full."""
        return JSONResponse({"ready": service.ready}, 200 if service.ready else 503)

    @router.get(
        "/metrics",
        summary="Counters for Prometheus",
        response_description="The counters",
        response_class=Response,
        responses=_SHUT_OUT | {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def metrics() -> Response:
        """Requests, their duration, verdicts, refusals and the queue."""
        return Response(service.metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    return router


def file_routes(service: Service) -> APIRouter:
    """Return the routes that give the model's own files and the page about the API."""
    router = APIRouter(include_in_schema=False)
    bundle = service.classifier.bundle
    shelf = Shelf({"model.json": bundle.spec.to_json().encode, "model.onnx": bundle.read_model})

    @router.api_route("/model/{name}", methods=["GET", "HEAD"])
    async def model_file(request: Request, name: str) -> Response:
        if name not in shelf:
            return JSONResponse({"error": {"code": "not_found", "message": _NO_FILE}}, 404)
        named_by_content = bundle.spec.sha256 in request.url.query
        asset = await shelf.get(name)
        return asset.response(request.headers, FOREVER if named_by_content else ASK_AGAIN)

    @router.api_route("/docs", methods=["GET", "HEAD"])
    async def docs(request: Request) -> Response:
        root = str(request.base_url).rstrip("/")
        return HTMLResponse(reference_page(request.app.openapi(), root))

    @router.api_route("/docs/style.css", methods=["GET", "HEAD"])
    async def style() -> Response:
        return Response(STYLE, media_type="text/css", headers={"Cache-Control": ASK_AGAIN})

    return router


_NO_FILE: Final = "there is no such file; a model is model.json and model.onnx"


def model_shape(spec: ModelSpec, heads: list[str], options: ServeOptions) -> ModelShape:
    """Describe a model, the heads that can be used with it, and a server's limits."""
    return ModelShape(
        label=spec.label,
        name=spec.name,
        version=spec.version,
        created=spec.created,
        licence=spec.licence,
        sha256=spec.sha256,
        size_px=spec.input.size_px,
        embedding_dim=spec.embedding_dim,
        labels={head.name: head.labels for head in spec.heads},
        heads=heads,
        thresholds=spec.thresholds,
        limits=RequestLimits(
            max_body_bytes=options.max_body_bytes,
            max_pixels=options.max_pixels,
            max_pictures=options.max_pictures,
        ),
    )
