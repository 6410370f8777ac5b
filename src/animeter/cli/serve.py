"""The verb `serve`: the page and the API over HTTP."""

from pathlib import Path
from typing import Annotated

import typer

from animeter.cli import options
from animeter.cli.extras import needing
from animeter.domain.errors import SettingError


def serve(  # noqa: PLR0913, PLR0917  (a verb's options are its parameters)
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines in.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", "-p", min=0, max=65535, help="0 takes any that is free.")
    ] = 8000,
    model: options.Model = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that serve.")] = 1,
    threads: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Threads of each process that look at pictures; unless given, the cores are "
            "shared out.",
            show_default=False,
        ),
    ] = None,
    max_body_mib: Annotated[int, typer.Option(min=1, help="A request's size at most.")] = 20,
    max_megapixels: Annotated[int, typer.Option(min=1, help="A picture's pixels at most.")] = 50,
    max_pictures: Annotated[int, typer.Option(min=1, help="Pictures of a request at most.")] = 32,
    max_queue: Annotated[
        int, typer.Option(min=1, help="Pictures that may wait; beyond them the answer is 503.")
    ] = 64,
    timeout_s: Annotated[
        float, typer.Option(min=0.1, help="Seconds that a request may take at most.")
    ] = 30.0,
    api_key_file: Annotated[
        Path | None,
        typer.Option(
            help="A file with the key that /v1 and /metrics ask for; the variable "
            "ANIMETER_API_KEY does the same.",
            show_default=False,
        ),
    ] = None,
    cors_origin: Annotated[
        list[str] | None,
        typer.Option(
            help="An origin whose pages may call the API, such as https://example.org; may be "
            "given several times.",
            show_default=False,
        ),
    ] = None,
    allow_urls: Annotated[
        bool,
        typer.Option("--allow-urls", help="Fetch pictures given as URLs, from public hosts only."),
    ] = False,
    allow_teaching: Annotated[
        bool,
        typer.Option(
            "--allow-teaching", help="Let clients teach heads, which are kept; best with a key."
        ),
    ] = False,
    root_path: Annotated[
        str, typer.Option(help="The path under which a proxy shows the server, such as /animeter.")
    ] = "",
    access_log: Annotated[
        bool, typer.Option("--access-log", help="Log each request to standard error.")
    ] = False,
) -> None:
    """Serve the page and the API.

    `/` is the page, `/docs` says how to use the API, `/metrics` is for Prometheus. On SIGTERM or
    Ctrl-C what runs is finished first. How to run it for others: docs/deploy.md.

    On this machine: `animeter serve`

    For a whole network: `animeter serve --host 0.0.0.0 --workers 2 --api-key-file key.txt`
    """
    with needing("serve"):
        from animeter.server.options import MEBIBYTE, ServeOptions
        from animeter.server.serving import Running
        from animeter.server.serving import serve as serve_until_told
    from animeter.settings import read_settings

    settings = read_settings()
    options = ServeOptions(
        max_body_bytes=max_body_mib * MEBIBYTE,
        max_pixels=max_megapixels * 1_000_000,
        max_pictures=max_pictures,
        max_queue=max_queue,
        request_timeout_s=timeout_s,
        threads=threads or settings.threads,
        api_key=settings.api_key if api_key_file is None else _read_key(api_key_file),
        cors_origins=tuple(cors_origin or ()),
        allow_urls=allow_urls,
        allow_teaching=allow_teaching,
        root_path=root_path.rstrip("/"),
    )
    serve_until_told(Running(model, host, port, workers, access_log), options)


def _read_key(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SettingError(
            f"cannot read the API key from {path}: {reason}. Make one with: "
            "openssl rand -hex 32 > key.txt"
        ) from error
