"""Looks at a few pictures in one run of a network, whatever that network answers."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from animeter.domain.errors import AnimeterError
from animeter.domain.results import Failure
from animeter.media.images import Image, Picture

Said = TypeVar("Said")
Found = TypeVar("Found")


def describe_chunk(
    chunk: Sequence[Picture],
    read: Callable[[Picture], Image],
    run: Callable[[NDArray[np.uint8]], Said],
    describe: Callable[[Picture, Image, Said, int], Found],
) -> list[Found | Failure]:
    """Read pictures, run a network on all that can be read, and describe each.

    Args:
        chunk: N pictures.
        read: gives images of one size.
        run: the network, on uint8 [M, H, W, 3].
        describe: a picture by its image, what the network said of all M, and its row in that.

    Returns:
        [N], in order; a `Failure` in the place of a picture that cannot be read.
    """
    read_ones: list[Image | Failure] = []
    for picture in chunk:
        try:
            read_ones.append(read(picture))
        except AnimeterError as error:
            read_ones.append(Failure.from_error(path_of(picture), error))
    images = [image for image in read_ones if isinstance(image, Image)]
    if not images:
        return [failure for failure in read_ones if isinstance(failure, Failure)]
    said = run(np.stack([image.rgb for image in images]))
    described: list[Found | Failure] = []
    row = 0
    for picture, image in zip(chunk, read_ones, strict=True):
        if isinstance(image, Failure):
            described.append(image)
        else:
            described.append(describe(picture, image, said, row))
            row += 1
    return described


def path_of(picture: Picture) -> str | None:
    """Return the path of a picture that was given by one."""
    return str(picture) if isinstance(picture, str | Path) else None
