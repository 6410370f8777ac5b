"""Shows that memory stays flat on a long run, and writes `docs/figures/memory.json`.

    python benchmarks/memory.py --pictures 1000000

`animeter classify` reads an endless-looking list on standard input (a few tiny pictures, named over
and over) and writes JSONL to a file, while its resident memory is sampled from outside. A tiny
model is used: what is measured is the pipeline, and the built-in model only adds a constant. What
counts is the growth after the first tenth of the run, when every pool and buffer has been filled.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.tiny_bundle import COLOURS, make_tiny_bundle  # noqa: E402

GROWTH_LIMIT_MIB = 16.0
SAMPLES = 100


def resident_mib(pid: int) -> float:
    """Read how much memory a process holds now (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def feed(process: "subprocess.Popen[bytes]", names: list[str], pictures: int) -> None:
    """Write the list, as fast as it is read."""
    assert process.stdin is not None
    block = ("\n".join(names) + "\n").encode()
    for _ in range(pictures // len(names)):
        process.stdin.write(block)
    process.stdin.close()


def rows_written(output: Path) -> Iterator[int]:
    """Count the rows of a growing file, again and again, without reading any twice."""
    rows = 0
    with output.open("rb") as file:
        while True:
            while block := file.read(1 << 20):
                rows += block.count(b"\n")
            yield rows


def measure(pictures: int) -> dict[str, object]:
    """Run the program over the list and sample its memory."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = make_tiny_bundle(Path(folder) / "tiny")
        names = []
        for verdict, colour in COLOURS.items():
            for suffix in ("png", "jpg"):
                path = Path(folder) / f"{verdict}.{suffix}"
                Image.new("RGB", (48, 32), colour).save(path)
                names.append(str(path))
        pictures -= pictures % len(names)
        output = Path(folder) / "rows.jsonl"
        output.touch()
        command = [sys.executable, "-m", "animeter", "classify", "-", "--model", str(bundle.folder)]
        process = subprocess.Popen(
            [*command, "--format", "jsonl", "--quiet"],
            stdin=subprocess.PIPE,
            stdout=output.open("wb"),
        )
        start_s = time.perf_counter()
        threading.Thread(target=feed, args=(process, names, pictures), daemon=True).start()
        samples = []
        next_sample = 0
        for rows in rows_written(output):
            if process.poll() is not None:
                break
            if rows >= next_sample:
                samples.append(
                    {"pictures": rows, "resident_mib": round(resident_mib(process.pid), 1)}
                )
                next_sample = rows + pictures // SAMPLES
            time.sleep(0.01)
        elapsed_s = time.perf_counter() - start_s
        written = output.read_bytes().count(b"\n")
        if process.returncode != 0 or written != pictures:
            raise SystemExit(f"exit code {process.returncode}, {written} of {pictures} rows")
    settled = [s["resident_mib"] for s in samples if s["pictures"] >= pictures / 10]
    growth_mib = max(settled) - settled[0]
    return {
        "command": f"python benchmarks/memory.py --pictures {pictures}",
        "pictures": pictures,
        "pictures_per_s": round(pictures / elapsed_s, 1),
        "resident_mib_after_a_tenth": settled[0],
        "resident_mib_at_most": max(settled),
        "growth_mib": round(growth_mib, 1),
        "growth_limit_mib": GROWTH_LIMIT_MIB,
        "flat": growth_mib <= GROWTH_LIMIT_MIB,
        "samples": samples,
    }


def main() -> None:
    """Measure, write the figures and say them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=1_000_000)
    parser.add_argument("--output", type=Path, default=ROOT / "docs/figures/memory.json")
    arguments = parser.parse_args()
    figures = measure(arguments.pictures)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(figures, indent=1) + "\n")
    print(
        f"{figures['pictures']:,} pictures, {figures['pictures_per_s']:,} a second: "
        f"{figures['resident_mib_after_a_tenth']} MiB after a tenth, "
        f"at most {figures['resident_mib_at_most']} MiB after that"
    )
    if not figures["flat"]:
        raise SystemExit(f"memory grew by {figures['growth_mib']} MiB")


if __name__ == "__main__":
    main()
