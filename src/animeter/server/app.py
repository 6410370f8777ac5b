"""Puts the server together: routes inside, and around them what every request passes through."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from animeter import __version__
from animeter.domain.errors import AnimeterError
from animeter.inference.classifier import Classifier
from animeter.server.draining import Draining
from animeter.server.errors import RequestError, error_body
from animeter.server.fetching import Fetcher
from animeter.server.label_routes import label_routes
from animeter.server.labelling import Labelling, LabelSession
from animeter.server.looking import Looking, likeness_file
from animeter.server.observing import Observing
from animeter.server.options import ServeOptions
from animeter.server.page import INDEX, LABEL_INDEX, Page
from animeter.server.prefix import Prefix
from animeter.server.routes import api_routes, file_routes, health_routes, teaching_routes
from animeter.server.security import ApiKeyGate, LocalNamesOnly, SecurityHeaders
from animeter.server.service import Service
from animeter.server.site import PAGE_FOLDER

_DESCRIPTION: Final = (
    "How much does a picture look like anime, and how much like a cartoon? Two calibrated "
    "likenesses between 0 and 1, and a verdict."
)
_CODES: Final = {404: "not_found", 405: "method_not_allowed"}
_SENTENCES: Final = {
    404: "there is nothing at this address; /docs says what there is",
    405: "this address does not take that method; the header Allow says which it takes",
}


def create_app(
    classifier: Classifier,
    options: ServeOptions | None = None,
    *,
    page_folder: Path = PAGE_FOLDER,
    fetcher: Fetcher | None = None,
    labelling: Labelling | None = None,
) -> FastAPI:
    """Make the application.

    Args:
        classifier: what looks at pictures.
        options: limits and switches; the defaults unless given.
        page_folder: where the built page is; may be missing.
        fetcher: for pictures given as URLs; made from the options unless given.
        labelling: what people shall label; their page then stands in the place of the usual one.
    """
    options = options or ServeOptions()
    service = Service(classifier, options, fetcher)

    looking = _looking(service, labelling) if labelling else None

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if looking:
            looking.start()
        yield
        if looking:
            await asyncio.to_thread(looking.close)
        service.close()

    app = FastAPI(
        title="Animeter",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,  # pulls scripts from another host; ours is in `reference.py`
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.include_router(api_routes(service))
    if options.allow_teaching:
        app.include_router(teaching_routes(service))
    if labelling and looking:
        app.include_router(label_routes(service, LabelSession(labelling, looking)))
    app.include_router(health_routes(service))
    app.include_router(file_routes(service))
    # Not a mounted folder: that would answer 404 where a route knows the path but not the method.
    app.router.default = Page(page_folder, LABEL_INDEX if labelling else INDEX)
    _add_refusals(app, service)
    if labelling and options.api_key is None:
        app.add_middleware(LocalNamesOnly, refuse=service.refusal)
    _add_layers(app, service, options)
    return app


def _looking(service: Service, labelling: Labelling) -> Looking:
    cache = service.heads.settings.cache_folder
    file = likeness_file(cache, labelling.log.path, service.classifier)
    return Looking(service.classifier, labelling.pictures, file)


def _add_refusals(app: FastAPI, service: Service) -> None:
    """Give every refusal the one JSON shape."""

    @app.exception_handler(AnimeterError)
    async def ours(_: Request, error: AnimeterError) -> Response:
        return service.refusal(error)

    @app.exception_handler(HTTPException)
    async def theirs(_: Request, error: HTTPException) -> Response:
        status = error.status_code
        code = _CODES.get(status, "bad_request")
        sentence = _SENTENCES.get(status, HTTPStatus(status).description)
        service.metrics.rejects.labels(code).inc()
        return JSONResponse(error_body(code, sentence), status, error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        wrong: Any = error.errors()[0]
        where = ".".join(map(str, wrong["loc"][1:]))
        return service.refusal(RequestError(f"{where}: {wrong['msg']}"))


def _add_layers(app: FastAPI, service: Service, options: ServeOptions) -> None:
    """Wrap the routes; what is added last stands outermost."""
    if options.api_key is not None:
        app.add_middleware(ApiKeyGate, api_key=options.api_key, refuse=service.refusal)
    if options.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=options.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "X-API-Key"],
            expose_headers=["Retry-After"],
        )
    app.add_middleware(Prefix, root_path=options.root_path)
    app.add_middleware(Draining)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Observing, metrics=service.metrics)
