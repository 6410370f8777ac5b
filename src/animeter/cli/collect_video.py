"""The verb `data collect video`: frames from films and episodes."""

from pathlib import Path
from typing import Annotated

import typer

from animeter.cli.collection import (
    MIN_SIDE_PX,
    Labels,
    MinSide,
    Output,
    Quiet,
    RetryFailed,
    collection,
    run_collector,
)


def collect_video(  # noqa: PLR0913, PLR0917  (a verb's options are its parameters)
    films: Annotated[
        list[Path], typer.Argument(help="Films, episodes, or folders of them.", show_default=False)
    ],
    output: Output,
    labels: Labels = None,
    series: Annotated[
        str | None,
        typer.Option(help="The show, for all films; read off each name unless given."),
    ] = None,
    per_shot: Annotated[int, typer.Option(min=1, help="Frames of each shot.")] = 1,
    longest_shot_s: Annotated[
        float, typer.Option(min=0.5, help="A longer shot, in seconds, counts as several.")
    ] = 10.0,
    keyframes: Annotated[
        bool, typer.Option("--keyframes", help="Look at key frames alone: faster, misses shots.")
    ] = False,
    longest_side: Annotated[
        int | None, typer.Option(min=64, help="Shrink frames whose longer side has more pixels.")
    ] = None,
    threads: Annotated[
        int, typer.Option(min=0, help="Threads that decode; all cores if 0.", show_default=True)
    ] = 0,
    min_side: MinSide = MIN_SIDE_PX,
    retry_failed: RetryFailed = False,
    quiet: Quiet = False,
) -> None:
    """Take the sharpest frame of every shot of films and episodes.

    Black, plain and blurred frames and credits are passed over, black bars are cut off. The
    manifest tells the time in seconds, the show and the file. Broken files give what can be read.

    Example: `animeter data collect video "Cowboy Bebop/" -o frames --set style=anime`
    """
    from animeter.datasets.collecting.video import VideoCollector
    from animeter.media.shot_frames import Sampling

    into = collection(output, labels, min_side, retry_failed=retry_failed)
    sampling = Sampling(per_shot, longest_shot_s, keyframes)
    collector = VideoCollector(films, sampling, series, longest_side, threads)
    run_collector(into, collector, quiet=quiet)
