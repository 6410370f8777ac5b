"""What the routes share: the classifier, the queue in front of it, and how a request is read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from animeter.domain.errors import AnimeterError, ForbiddenUrlError
from animeter.domain.results import Classification, Failure, Result
from animeter.inference.classifier import Classifier, usable_cores
from animeter.server.bodies import Bodies
from animeter.server.errors import (
    RequestError,
    error_body,
    headers_of,
    status_of,
)
from animeter.server.fetching import Fetcher
from animeter.server.heads import Heads
from animeter.server.lessons import labelled_in, teach_and_keep
from animeter.server.metrics import Metrics
from animeter.server.options import ServeOptions
from animeter.server.sent import Parameters, PictureUrl, Sent, is_quick, sent_in
from animeter.server.work import WorkQueue

_FETCHES_AT_ONCE = 4
_FETCHES_WAITING = 12
_LESSONS_WAITING = 1
_LESSON_MAY_TAKE = 10
_SHARE_FOR_FETCHING = 0.8
_SERVER_ERRORS = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that has been read.

    Attributes:
        sent: what it holds.
        pictures: the bytes of its pictures, fetched where they were URLs.
        deadline_s: when its answer is due, by the event loop's clock.
    """

    sent: Sent
    pictures: tuple[bytes, ...]
    deadline_s: float


class Service:
    """One process's share of the work.

    Args:
        classifier: what looks at pictures.
        options: limits and switches.
        fetcher: for pictures given as URLs; made from the options unless given.
    """

    def __init__(
        self, classifier: Classifier, options: ServeOptions, fetcher: Fetcher | None = None
    ) -> None:
        self.classifier = classifier.with_limits(options.limits)
        self.options = options
        self.heads = Heads(self.classifier)
        self.metrics = Metrics()
        self.queue = WorkQueue(
            options.threads or usable_cores(), options.max_queue, watch=self.metrics.queue.set
        )
        self._closed = False
        self._bodies = Bodies(options.max_body_bytes)
        self._fetches = WorkQueue(_FETCHES_AT_ONCE, _FETCHES_WAITING)
        self._lessons = WorkQueue(1, _LESSONS_WAITING)
        self._fetcher = fetcher or Fetcher(
            max_bytes=options.max_body_bytes,
            timeout_s=_SHARE_FOR_FETCHING * options.request_timeout_s,
        )

    @asynccontextmanager
    async def asked(self, request: Request, known: tuple[str, ...]) -> AsyncIterator[Asked]:
        """Read a request; what it holds counts as held in memory until the block ends.

        Args:
            request: it.
            known: the parameters that make sense here.

        Raises:
            RequestError: it is refused.
        """
        deadline_s = self.deadline_s()
        self.queue.check_room()
        with self._bodies.reading() as body:
            content = await body.read(request, deadline_s)
            content_type = request.headers.get("content-type", "")
            given = request.query_params
            # A name that is given twice is a list, and not whatever came last.
            query = {name: ",".join(given.getlist(name)) for name in given}
            most = self.options.max_pictures
            if is_quick(content_type):
                sent = sent_in(content, content_type, query, most)
            else:
                with self.queue.places():
                    sent = await self.queue.run(
                        deadline_s, sent_in, content, content_type, query, most
                    )
            del content  # the pictures in it are copies, and one of the two is enough
            _check_known(sent.parameters, known)
            urls = [p.source.url for p in sent.pictures if isinstance(p.source, PictureUrl)]
            if not urls:
                yield Asked(sent, _bytes_of(sent, []), deadline_s)
                return
            if not self.options.allow_urls:
                raise ForbiddenUrlError(
                    "this server does not fetch pictures from URLs; send the picture itself "
                    "(whoever runs the server can allow URLs with --allow-urls)"
                )
            with self._fetches.places():
                fetched = await self._fetches.run(deadline_s, self._fetcher.fetch_all, urls)
                yield Asked(sent, _bytes_of(sent, fetched), deadline_s)

    async def classify(self, asked: Asked) -> list[Result]:
        """Classify all pictures of a request, in order.

        Raises:
            AnimeterError: the only picture cannot be read; one of several gives a `Failure`.
            RequestError: the server is too busy.
        """
        parameters = asked.sent.parameters
        with self.queue.places(len(asked.pictures)):
            classifier = self.classifier
            if parameters.heads:
                classifier = await self.queue.run(
                    asked.deadline_s, self.heads.classifier, parameters.heads, parameters.top_k
                )
            jobs = [
                self.queue.run(asked.deadline_s, _classify_one, classifier, data, picture.name)
                for data, picture in zip(asked.pictures, asked.sent.pictures, strict=True)
            ]
            outcomes = await asyncio.gather(*jobs, return_exceptions=True)
        results: list[Result] = []
        for outcome, picture in zip(outcomes, asked.sent.pictures, strict=True):
            if isinstance(outcome, Classification):
                self.metrics.verdicts.labels(outcome.verdict.value).inc()
                results.append(outcome)
            elif asked.sent.as_list and _is_the_pictures_fault(outcome):
                self.metrics.rejects.labels(outcome.code).inc()
                results.append(Failure.from_error(picture.name, outcome))
            elif isinstance(outcome, BaseException):
                raise outcome
        return results

    async def explain(self, asked: Asked) -> Response:
        """Explain the one picture of a request.

        Raises:
            AnimeterError: it cannot be read.
            RequestError: the server is too busy.
        """
        with self.queue.places():
            return await self.queue.run(asked.deadline_s, self._explain_one, asked)

    async def teach(self, request: Request, name: str, *, replace_old: bool) -> dict[str, Any]:
        """Teach a head from a request's labelled pictures and keep it.

        A lesson may take ten times as long as other requests, on a thread of its own.

        Raises:
            AnimeterError: the pictures teach nothing, or the head cannot be kept.
            RequestError: the request is refused.
        """
        deadline_s = self.deadline_s()
        with self._lessons.places(), self._bodies.reading() as body:
            content = await body.read(request, deadline_s)
            deadline_s += _LESSON_MAY_TAKE * self.options.request_timeout_s

            def lesson() -> dict[str, Any]:
                labelled = labelled_in(content, request.headers.get("content-type", ""))
                settings = self.heads.settings
                return teach_and_keep(self.classifier, labelled, name, settings, replace_old)

            return await self._lessons.run(deadline_s, lesson)

    def deadline_s(self) -> float:
        """Return when a request that arrives now is due an answer, by the event loop's clock."""
        return asyncio.get_running_loop().time() + self.options.request_timeout_s

    @property
    def ready(self) -> bool:
        """Whether a request would be taken now."""
        return not self._closed and self.queue.has_room

    def refusal(self, error: AnimeterError) -> Response:
        """Return the answer that an error makes, and count it."""
        self.metrics.rejects.labels(error.code).inc()
        return JSONResponse(
            error_body(error.code, error.message), status_of(error), headers_of(error)
        )

    def close(self) -> None:
        """Finish what runs."""
        self._closed = True
        self.queue.close()
        self._fetches.close()
        self._lessons.close()

    def _explain_one(self, asked: Asked) -> Response:
        data, parameters = asked.pictures[0], asked.sent.parameters
        explanation = self.classifier.explain(data)
        if parameters.output == "overlay":
            overlay = explanation.overlay(data, parameters.likeness, self.options.limits)
            return Response(overlay, media_type="image/png")
        named = replace(explanation.classification, path=asked.sent.pictures[0].name)
        return JSONResponse(replace(explanation, classification=named).to_dict())


def _classify_one(classifier: Classifier, data: bytes, name: str | None) -> Classification:
    return replace(classifier.classify(data), path=name)


def _check_known(parameters: Parameters, known: tuple[str, ...]) -> None:
    foreign = sorted(parameters.model_fields_set - set(known))
    if foreign:
        wanted = ", ".join(known) or "none"
        raise RequestError(f"{foreign[0]!r} means nothing here; parameters are: {wanted}")


def _is_the_pictures_fault(outcome: object) -> TypeGuard[AnimeterError]:
    """Say whether an outcome is an error that the other pictures of the request do not share."""
    return isinstance(outcome, AnimeterError) and status_of(outcome) < _SERVER_ERRORS


def _bytes_of(sent: Sent, fetched: list[bytes]) -> tuple[bytes, ...]:
    """Return the pictures' bytes, those that were fetched in their places."""
    arrived = iter(fetched)
    return tuple(
        next(arrived) if isinstance(picture.source, PictureUrl) else picture.source
        for picture in sent.pictures
    )
