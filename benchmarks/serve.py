"""Times `animeter serve` under load, beside the plainest Flask and Keras server.

    python benchmarks/serve.py --keras-python path/to/python/with/flask/and/tensorflow

Pictures are JPEGs of 1280 x 720 that `throughput.py` draws. A second process (`http_load.py`) asks
over 1, 16 and 64 connections; the servers run one at a time, in turns, on the same cores, which the
asking process shares with them. Both are sent the same JSON with base64; beside that stands what
Animeter does with the bytes as they are. At the end Animeter is kept under load for ten minutes,
and its memory before and after is compared. Writes `docs/figures/serve.json`.
"""

import argparse
import base64
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from animeter.inference.bundle import find_bundle  # noqa: E402
from animeter.inference.classifier import usable_cores  # noqa: E402
from benchmarks.memory import resident_mib  # noqa: E402
from benchmarks.throughput import draw_frames, processor  # noqa: E402

CONNECTIONS = (1, 16, 64)
PICTURES = 24
GROWTH_LIMIT_MIB = 24.0
STEADY_CONNECTIONS = 16


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def server(command: list[str], port: int) -> Iterator[int]:
    """Run a server until the block ends; gives its process id once it accepts connections."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        for _ in range(1200):
            if process.poll() is not None:
                assert process.stderr is not None
                raise SystemExit(f"{command} failed:\n{process.stderr.read().decode()[-2000:]}")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.communicate()


def load(url: str, bodies: list[Path], kind: str, connections: int, seconds: float) -> Any:
    """Ask from a second process and give its figures."""
    command = [sys.executable, str(ROOT / "benchmarks" / "http_load.py"), url, "--body"]
    command += [*map(str, bodies), "--content-type", kind, "--connections", str(connections)]
    command += ["--seconds", str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return json.loads(done.stdout)


def animeter_command(port: int) -> list[str]:
    """How Animeter is started: as the command line does it, all options at their defaults."""
    return [sys.executable, "-m", "animeter", "serve", "--port", str(port)]


def contest(pictures: list[Path], wrapped: list[Path], options: argparse.Namespace) -> Any:
    """Load every contender with every number of connections, in turns."""
    port, rows = free_port(), []
    ours = (animeter_command(port), f"http://127.0.0.1:{port}/v1/classify")
    contenders = [
        ("animeter", "Animeter, JSON with base64", *ours, wrapped, "application/json"),
        ("animeter_raw", "Animeter, the bytes as they are", *ours, pictures, "image/jpeg"),
    ]
    if options.keras_python:
        script = str(ROOT / "benchmarks" / "flask_keras.py")
        command = [options.keras_python, script, "--port", str(port)]
        url = f"http://127.0.0.1:{port}/predict"
        label = "Flask + Keras InceptionResNetV2 75 px, JSON with base64"
        contenders.append(("flask_keras", label, command, url, wrapped, "application/json"))
    for name, label, command, url, bodies, kind in contenders:
        with server(command, port) as pid:
            for connections in CONNECTIONS:
                found = load(url, bodies, kind, connections, options.seconds)
                found |= {"name": name, "label": label, "connections": connections}
                rows.append(found | {"resident_mib": round(resident_mib(pid), 1)})
                print(f"  {name} over {connections}: {found['requests_per_s']}/s", file=sys.stderr)
    reference = {
        row["connections"]: row["requests_per_s"] for row in rows if row["name"] == "animeter"
    }
    for row in rows:
        ratio = reference[row["connections"]] / row["requests_per_s"]
        row["animeter_is_times_faster"] = round(ratio, 2)
    return rows


def steady(pictures: list[Path], minutes: float) -> dict[str, Any]:
    """Keep Animeter under load and watch its memory, a minute at a time."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/v1/classify"
    samples = []
    with server(animeter_command(port), port) as pid:
        slices = max(2, round(minutes * 2) + 1)
        for number in range(slices):  # the first one fills pools and buffers
            found = load(url, pictures, "image/jpeg", STEADY_CONNECTIONS, 60 * minutes / slices)
            samples.append({"answers": found["answers"], "resident_mib": resident_mib(pid)})
            print(f"  part {number + 1} of {slices}: {resident_mib(pid):.0f} MiB", file=sys.stderr)
    growth_mib = max(s["resident_mib"] for s in samples) - samples[0]["resident_mib"]
    return {
        "minutes": minutes,
        "connections": STEADY_CONNECTIONS,
        "answers": sum(sample["answers"] for sample in samples),
        "resident_mib_at_first": round(samples[0]["resident_mib"], 1),
        "resident_mib_at_last": round(samples[-1]["resident_mib"], 1),
        "growth_mib": round(growth_mib, 1),
        "growth_limit_mib": GROWTH_LIMIT_MIB,
        "flat": growth_mib <= GROWTH_LIMIT_MIB,
    }


def print_table(rows: list[dict[str, Any]]) -> None:
    """Print what was measured."""
    print(f"{'':<58}{'connections':>11}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'MiB':>8}")
    for row in rows:
        print(
            f"{row['label']:<58}{row['connections']:>11}{row['requests_per_s']:>10.1f}"
            f"{row['p50_ms']:>9.1f}{row['p99_ms']:>9.1f}{row['resident_mib']:>8.0f}"
        )


def main() -> None:
    """Run it all and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=15.0, help="of each load")
    parser.add_argument("--minutes", type=float, default=10.0, help="under load, for the memory")
    parser.add_argument("--keras-python", help="interpreter with flask and tensorflow")
    parser.add_argument("--output", type=Path, default=ROOT / "docs/figures/serve.json")
    options = parser.parse_args()
    load_before = round(os.getloadavg()[0], 2)
    with tempfile.TemporaryDirectory() as folder:
        pictures = draw_frames(Path(folder), PICTURES)
        wrapped = []
        for path in pictures:
            text = base64.b64encode(path.read_bytes()).decode()
            wrapped.append(path.with_suffix(".json"))
            wrapped[-1].write_text(json.dumps({"inputs": text}), encoding="utf-8")
        size_kib = sum(path.stat().st_size for path in pictures) / len(pictures) / 1024
        rows = contest(pictures, wrapped, options)
        memory = steady(pictures, options.minutes)
    print_table(rows)
    print(
        f"after {memory['minutes']:g} minutes and {memory['answers']:,} answers: "
        f"{memory['resident_mib_at_first']} to {memory['resident_mib_at_last']} MiB"
    )
    figures = {
        "command": "python benchmarks/serve.py --keras-python ...",
        "model": find_bundle().spec.label,
        "processor": processor(),
        "cores": usable_cores(),
        "load_before": load_before,
        "seconds": options.seconds,
        "pictures": f"JPEG, 1280 x 720, {size_kib:.0f} KiB",
        "rivals_weights": "random; they change nothing about speed",
        "rows": rows,
        "memory": memory,
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if not memory["flat"]:
        raise SystemExit(f"memory grew by {memory['growth_mib']} MiB")


if __name__ == "__main__":
    main()
