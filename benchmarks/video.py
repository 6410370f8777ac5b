"""Measures how fast films become frames, how many cuts are found, and that memory stays flat.

    python benchmarks/video.py --minutes 30

A film is made of pictures: each is a shot of random length over which the camera moves or zooms, in
steps of one to three frames as animation is drawn, so that every cut is known. It is coded once as
H.264 and then repeated, without coding it again, until it is long enough. `animeter data collect
video` runs over it while its resident memory is sampled from outside; then once more with
`--keyframes`. How many good pictures are refused is counted on those of `--folder`. Writes
`docs/figures/video.json`.
"""

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from animeter.media.frame_flaws import WIDTH_PX, Flaw, blur_of, flaw_of, luma_of  # noqa: E402
from benchmarks.memory import resident_mib  # noqa: E402
from benchmarks.throughput import draw_frames, processor  # noqa: E402

FRAMES_PER_S = 24
GROWTH_LIMIT_MIB = 64.0
SAMPLE_S = 0.5
CUT_S = 0.05


def pictures(folder: Path, count: int, drawn: Path) -> list[Path]:
    """Choose pictures of a folder, the same ones every time, or draw some."""
    found = sorted(folder.glob("**/*.jpg")) if folder.is_dir() else []
    if not found:
        return draw_frames(drawn, count)
    return random.Random(0).sample(found, min(count, len(found)))


def shot(path: Path, width_px: int, height_px: int, rng: random.Random) -> Iterator[np.ndarray]:
    """Move or zoom over a picture for 0.6 to 4 seconds."""
    wide, high = int(width_px * 1.25), int(height_px * 1.25)
    picture = Image.open(path).convert("RGB").resize((wide, high), Image.Resampling.BICUBIC)
    frames = rng.randint(FRAMES_PER_S * 6 // 10, FRAMES_PER_S * 4)
    across, down = rng.uniform(-1, 1), rng.uniform(-1, 1)
    held, zoom = rng.choice((1, 2, 3)), rng.random() < 0.3
    for number in range(frames):
        done = number // held * held / frames
        left = (wide - width_px) / 2 * (1 + across * done)
        top = (high - height_px) / 2 * (1 + down * done)
        shrink = 1 - 0.8 * done * zoom
        box = (left * shrink, top * shrink, left + width_px, top + height_px)
        yield np.asarray(picture.resize((width_px, height_px), Image.Resampling.BILINEAR, box=box))


def code(
    path: Path, chosen: list[Path], width_px: int, height_px: int
) -> tuple[list[float], float]:
    """Write the film once; return where shots begin and how long it is, in seconds."""
    rng, begins, frames = random.Random(1), [], 0
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", FRAMES_PER_S, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width_px, height_px, "yuv420p"
        for name in chosen:
            begins.append(frames / FRAMES_PER_S)
            for frame in shot(name, width_px, height_px, rng):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
                frames += 1
        container.mux(stream.encode(None))
    return begins, frames / FRAMES_PER_S


def repeat(once: Path, path: Path, length_s: float, times: int) -> None:
    """Write the coded film several times over, one after another."""
    with av.open(str(path), "w") as target:
        stream = None
        for turn in range(times):
            with av.open(str(once)) as source:
                if stream is None:
                    stream = target.add_stream_from_template(source.streams.video[0])
                for packet in source.demux(video=0):
                    if packet.dts is None:
                        continue
                    shift = round(turn * length_s / packet.time_base)
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = stream
                    target.mux(packet)


def run(film: Path, into: Path, *options: str) -> dict[str, Any]:
    """Collect from the film in a process of its own, and watch its memory."""
    command = [sys.executable, "-m", "animeter", "data", "collect", "video", str(film), "-q"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start_s = time.perf_counter()
    samples: list[float] = []
    with subprocess.Popen(
        [*command, "-o", str(into), *options], stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            if held := resident_mib(process.pid):  # none any more where it has just ended
                samples.append(round(held, 1))
            time.sleep(SAMPLE_S)
    elapsed_s = time.perf_counter() - start_s
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode != 0:
        raise SystemExit(f"exit code {process.returncode}")
    used = {
        "elapsed_s": elapsed_s,
        "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    }
    if "--keyframes" in options:
        return used  # over before memory has settled
    settled = samples[len(samples) // 10 :] or [0.0]
    return used | {
        "resident_mib_after_a_tenth": settled[0],
        "resident_mib_at_most": max(settled),
        "growth_mib": round(max(settled) - settled[0], 1),
    }


def found_shots(into: Path) -> list[float]:
    """Read where the shots begin that gave a frame."""
    with (into / "manifest.csv").open(newline="") as file:
        return [float(row["shot_s"]) for row in csv.DictReader(file)]


def figures_of(
    film: Path, into: Path, begins: list[float], seconds: tuple[float, float], *options: str
) -> dict[str, Any]:
    """Run once and say how fast and how right it was.

    The shots are judged where the film runs for the first time: later their frames are duplicates.
    """
    once_s, length_s = seconds
    measured = run(film, into, *options)
    shots = [shot_s for shot_s in found_shots(into) if shot_s < once_s - CUT_S]
    right = sum(any(abs(one - begin) < CUT_S for one in shots) for begin in begins)
    return {
        "times_real_time": round(length_s / measured.pop("elapsed_s"), 1),
        "times_real_time_per_core": round(length_s / measured.pop("cpu_s"), 1),
        "shots": len(begins),
        "shots_found": right,
        "shots_found_that_are_none": len(shots) - right,
        **measured,
    }


def refused(folder: Path, count: int) -> dict[str, int]:
    """Count the pictures of a folder that would be passed over, were they frames of a film."""
    said: Counter[str] = Counter()
    for path in pictures(folder, count, folder) if folder.is_dir() else []:
        picture = Image.open(path).convert("RGB")
        height_px = round(WIDTH_PX * picture.height / picture.width)
        luma = luma_of(np.asarray(picture.resize((WIDTH_PX, height_px))))
        said[flaw_of(luma, blur_of(luma)) or "none"] += 1
    return {"pictures": said.total(), **{flaw.value: said[flaw] for flaw in Flaw}}


def main() -> None:
    """Make the film, measure, write the figures and say them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=720)
    parser.add_argument("--pictures", type=int, default=50, help="shots before they repeat")
    parser.add_argument("--folder", type=Path, default=ROOT.parent / "shared/data/images/anime")
    parser.add_argument("--output", type=Path, default=ROOT / "docs/figures/video.json")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "drawn").mkdir()
        chosen = pictures(arguments.folder, arguments.pictures, folder / "drawn")
        once, film = folder / "once.mp4", folder / "film.mp4"
        begins, once_s = code(once, chosen, arguments.width, arguments.height)
        times = max(1, round(arguments.minutes * 60 / once_s))
        repeat(once, film, once_s, times)
        seconds = (once_s, times * once_s)
        figures = {
            "command": f"python benchmarks/video.py --minutes {arguments.minutes:g} "
            f"--pictures {arguments.pictures}",
            "processor": processor(),
            "cores": len(os.sched_getaffinity(0)),
            "load_before": round(os.getloadavg()[0], 2),
            "film": f"{arguments.width}x{arguments.height} H.264, {FRAMES_PER_S} frames a second",
            "film_minutes": round(seconds[1] / 60, 1),
            "all_frames": figures_of(film, folder / "all", begins, seconds),
            "keyframes": figures_of(film, folder / "keys", begins, seconds, "--keyframes"),
            "growth_limit_mib": GROWTH_LIMIT_MIB,
            "refused": refused(arguments.folder, 1500),
        }
    arguments.output.write_text(json.dumps(figures, indent=1) + "\n")
    for key in ("all_frames", "keyframes"):
        one = figures[key]
        print(
            f"{key}: {one['times_real_time']} times real time, "
            f"{one['times_real_time_per_core']} on one core; {one['shots_found']} of "
            f"{one['shots']} shots found, {one['shots_found_that_are_none']} that are none"
        )
    memory = figures["all_frames"]
    print(
        f"{memory['resident_mib_at_most']} MiB at most, {memory['growth_mib']} MiB more than "
        "after a tenth"
    )
    if memory["growth_mib"] > GROWTH_LIMIT_MIB:
        raise SystemExit("memory grew")


if __name__ == "__main__":
    main()
