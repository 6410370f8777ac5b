"""The half of fuzzing that may crash: reads one mutated picture after another and tells of each.

Started by `tests.fuzz.campaign` as `python -m tests.fuzz.worker SEED FIRST STOP`. Prints a line of
JSON for each input. Its memory is capped, so that a picture that asks for more gets a MemoryError.
"""

import faulthandler
import json
import random
import resource
import sys
import time
import traceback
import warnings
from pathlib import Path

import numpy as np

from animeter.domain.errors import AnimeterError
from animeter.media.images import Image, read_image
from animeter.media.limits import Limits
from tests.fuzz.mutations import mutated

LIMITS = Limits(max_bytes=2_000_000, max_pixels=2_000_000)
# Address space on top of what the process has when it starts; 2 million pixels need a tenth of it.
SPARE_BYTES = 1 << 30


def main() -> None:
    """Read the inputs from FIRST up to, not with, STOP."""
    seed, first, stop = map(int, sys.argv[1:])
    faulthandler.enable()
    warnings.simplefilter("ignore")
    _cap_memory()
    for number in range(first, stop):
        print(json.dumps(attempt(number, seed)), flush=True)


def attempt(number: int, seed: int) -> dict[str, object]:
    """Read one input. `outcome` is "image", the code of an error, or "finding"."""
    name, data = mutated(number, seed)
    side_px = random.Random(number).choice((None, 32))
    began_s = time.process_time()
    outcome, why = _read(data, side_px)
    return {
        "number": number,
        "name": name,
        "outcome": outcome,
        "why": why,
        "cpu_s": round(time.process_time() - began_s, 4),
        "peak_mb": _peak_kilobytes() // 1024,
    }


def _read(data: bytes, side_px: int | None) -> tuple[str, str]:
    try:
        image = read_image(data, LIMITS, side_px)
    except AnimeterError as error:
        if isinstance(error.__cause__, MemoryError):
            return "finding", f"asked for more than {SPARE_BYTES:,} bytes"
        return error.code, str(error)
    except BaseException:  # noqa: BLE001 - whatever it is, it is what we are looking for
        return "finding", traceback.format_exc()
    return ("image", "") if _is_sound(image, side_px) else ("finding", f"unsound: {image}")


def _is_sound(image: Image, side_px: int | None) -> bool:
    shape = (image.height_px, image.width_px) if side_px is None else (side_px, side_px)
    return (
        image.rgb.dtype == np.uint8
        and image.rgb.shape == (*shape, 3)
        and image.rgb.flags.c_contiguous
        and image.width_px * image.height_px <= LIMITS.max_pixels
    )


def _peak_kilobytes() -> int:
    # Not ru_maxrss: Linux lets a process begin with the peak of the one that started it.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0])


def _cap_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most_bytes = pages * resource.getpagesize() + SPARE_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))


if __name__ == "__main__":
    main()
