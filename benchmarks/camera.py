"""Times the page in headless Chromium and writes `docs/figures/camera.json`.

    python benchmarks/camera.py

Two waits and a speed. The first answer: from the beginning of loading the page, with its files in
the browser's cache as at a second visit, until the sample picture's verdict is shown. The camera's
first answer: from the press on "Start the camera" until its first verdict. The camera's speed: how
many of its frames are read and shown a second, while Chromium's fake camera plays a film at 30
frames a second that this script makes of our drawings; more than 30 cannot come.

The server, the browser and this script share `--cores` processor cores. The network runs in the
page, with as many threads as it gets there (`threads`), and on one thread, as where a host does
not isolate the page (`one_thread`). Beside the speed stands the processor time that a look takes,
server, browser and film included: where other work runs on the machine the speed falls, and that
hardly grows. `--nice` lets the benchmark go before other work.

Needs `pip install playwright` and Chromium; the page must be built (`npm run build` in web/).
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

from playwright.sync_api import Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.chromium import CHROMIUM_FLAGS, MISSING, find_chromium  # noqa: E402
from tests.web.camera_video import camera_flags, write_film  # noqa: E402
from tests.web.hosts import animeter_serve  # noqa: E402

AIMS = {"looks_per_s": 20.0, "first_answer_s": 2.0}
FILM_SIZE = (640, 480)
WARM_UP_S = 3.0
PUT_FIRST_EVERY_S = 0.1

# Seconds since the page began to load, as soon as the verdict is there.
_WATCH_FIRST_ANSWER = """
window.firstAnswer = new Promise((found) => {
  const look = () => {
    const verdict = document.querySelector(".result")?.dataset.verdict;
    if (["anime", "cartoon", "both", "neither", "unsure"].includes(verdict))
      found(performance.now() / 1000);
    else requestAnimationFrame(look);
  };
  look();
});
"""

# What the page finds where a host does not isolate it from others.
_ONE_THREAD = "Object.defineProperty(globalThis, 'crossOriginIsolated', { value: false });"

_START_CAMERA = """
() => new Promise((found) => {
  const began = performance.now();
  document.querySelector(".finder-off .button").click();
  const look = () => {
    if (document.querySelector(".camera-speed").dataset.readings !== undefined)
      found((performance.now() - began) / 1000);
    else requestAnimationFrame(look);
  };
  look();
})
"""


def first_answers(page: Page, url: str, visits: int) -> list[float]:
    """Open the page again and again; the first visit fills the cache and is not counted."""
    page.add_init_script(_WATCH_FIRST_ANSWER)
    waits_s = []
    for visit in range(visits + 1):
        page.goto("about:blank")
        page.goto(url)
        wait_s = page.evaluate("firstAnswer")
        # The files are kept for offline use meanwhile; the next visit shall not share with that.
        page.evaluate("navigator.serviceWorker?.ready")
        if visit > 0:
            waits_s.append(wait_s)
    return waits_s


def looks(page: Page, seconds: float) -> dict[str, float]:
    """Count what is read of the camera's frames, and the processor time that it takes."""
    count = """() => [
      Number(document.querySelector('.camera-speed').dataset.readings), performance.now() / 1000,
    ]"""
    time.sleep(WARM_UP_S)
    readings, began_s = page.evaluate(count)
    began_cpu_s = cpu_of_children_s()
    time.sleep(seconds)
    more_readings, ended_s = page.evaluate(count)
    cpu_s = cpu_of_children_s() - began_cpu_s
    return {
        "looks_per_s": round((more_readings - readings) / (ended_s - began_s), 1),
        "cpu_ms_a_look": round(1000 * cpu_s / (more_readings - readings), 1),
        "cores_kept_busy": round(cpu_s / (ended_s - began_s), 2),
    }


def cpu_of_children_s() -> float:
    """Processor time so far of all processes that came from this one, server and browser."""
    return sum(ticks for _, ticks in children()) / os.sysconf("SC_CLK_TCK")


def children() -> list[tuple[int, int]]:
    """Each process that came from this one, with its processor time so far in ticks."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        process = int(stat.parent.name)
        parents[process] = int(words[1])
        ticks[process] = int(words[11]) + int(words[12])

    def is_ours(process: int) -> bool:
        while process in parents and process != os.getpid():
            process = parents[process]
        return process == os.getpid()

    return [(process, spent) for process, spent in ticks.items() if is_ours(process)]


@contextmanager
def going_first(nice: int) -> Iterator[None]:
    """Put every thread of the server and the browser before other work, those to come as well.

    Chromium chooses the niceness of its processes itself, so theirs cannot be inherited.
    """
    done = Event()

    def put_first() -> None:
        while not done.wait(PUT_FIRST_EVERY_S):
            for process, _ in children():
                for thread in Path(f"/proc/{process}/task").glob("[0-9]*"):
                    with suppress(ProcessLookupError):
                        os.setpriority(os.PRIO_PROCESS, int(thread.name), nice)

    pushing = Thread(target=put_first, daemon=True)
    if nice:
        pushing.start()
    yield
    done.set()
    if nice:
        pushing.join()


def visit(
    playwright: Playwright, film: Path, options: argparse.Namespace, *, one_thread: bool
) -> dict[str, Any]:
    """Measure the page of a server, in a browser of its own."""
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit(MISSING)
    with tempfile.TemporaryDirectory() as profile, animeter_serve() as url:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium,
            args=[*CHROMIUM_FLAGS, *camera_flags(film)],
            viewport={"width": 360, "height": 740},
            permissions=["camera"],
        )
        page = context.new_page()
        if one_thread:
            page.add_init_script(_ONE_THREAD)
        waits_s = first_answers(page, url, options.visits)
        detail = page.locator(".where").inner_text()
        page.locator(".views a[href='#camera']").click()
        camera_s = page.evaluate(_START_CAMERA)
        plain = looks(page, options.seconds)
        page.locator(".camera-panel input[value=anime]").check()
        explained = looks(page, options.seconds)
        context.close()
    return {
        "runs_on": detail,
        "first_answer_s": summary(waits_s),
        "camera_first_answer_s": round(camera_s, 3),
        "camera": plain,
        "camera_with_heat_map": explained,
    }


def summary(waits_s: list[float]) -> dict[str, float]:
    """Return the figures of one wait."""
    return {
        "median_s": round(statistics.median(waits_s), 3),
        "min_s": round(min(waits_s), 3),
        "max_s": round(max(waits_s), 3),
    }


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Measure with threads and without."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.cores])
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        film = write_film(Path(scratch) / "film.mjpeg", ("anime-face", "landscape"), 3, FILM_SIZE)
        with going_first(options.nice):
            threads = visit(playwright, film, options, one_thread=False)
            one_thread = visit(playwright, film, options, one_thread=True)
    return {
        "command": "python benchmarks/camera.py",
        "machine": {
            "cores": options.cores,
            "nice": options.nice,
            "load_average": [round(load, 2) for load in os.getloadavg()],
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "film": {"width_px": FILM_SIZE[0], "height_px": FILM_SIZE[1], "frames_per_s": 30},
        "aims": AIMS,
        "threads": threads,
        "one_thread": one_thread,
    }


def missed(figures: dict[str, Any]) -> list[str]:
    """Name the aims that were missed."""
    found = []
    for way in ("threads", "one_thread"):
        speed = figures[way]["camera"]["looks_per_s"]
        if speed < AIMS["looks_per_s"]:
            found.append(f"{way}: {speed} looks a second, wanted {AIMS['looks_per_s']:g}")
        wait_s = figures[way]["first_answer_s"]["median_s"]
        if wait_s > AIMS["first_answer_s"]:
            found.append(f"{way}: first answer after {wait_s} s, wanted {AIMS['first_answer_s']:g}")
    return found


def main() -> None:
    """Measure, print and write; fail where an aim was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cores", type=int, default=2, help="processor cores for all of it")
    parser.add_argument(
        "--seconds", type=float, default=10.0, help="how long each speed is measured"
    )
    parser.add_argument("--visits", type=int, default=5, help="visits with a warm cache")
    parser.add_argument("--nice", type=int, default=0, help="below 0: go before other work (root)")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "figures" / "camera.json")
    options = parser.parse_args()
    figures = measure(options)
    text = json.dumps(figures, indent=2) + "\n"
    print(text, end="")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(text, "utf-8")
    if short := missed(figures):
        raise SystemExit("; ".join(short))


if __name__ == "__main__":
    main()
