"""Asks a server the same question over and over from many connections, and times every answer.

    python benchmarks/http_load.py URL --body file --content-type image/jpeg --connections 16

A process of its own, so that asking and answering share no interpreter. Each connection waits for
its answer before it asks again (a closed loop), and answers count if they end in the time that is
counted. The bodies of several files are asked in turns. Prints its figures as JSON.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit


@dataclass
class Asking:
    """What is asked, until when, and what came of it."""

    host: str
    port: int
    messages: list[bytes]
    counted_from_s: float
    until_s: float
    latencies_s: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)


async def one_connection(asking: Asking, number: int) -> None:
    """Ask over one connection, opened again whenever the server has closed it."""
    messages = cycle(asking.messages[number % len(asking.messages) :] + asking.messages)
    reader = writer = None
    for message in messages:
        began_s = time.perf_counter()
        if began_s >= asking.until_s:
            break
        if writer is None:
            reader, writer = await asyncio.open_connection(asking.host, asking.port)
        writer.write(message)
        status, keep = await answer(reader)
        ended_s = time.perf_counter()
        if asking.counted_from_s <= ended_s < asking.until_s:
            asking.latencies_s.append(ended_s - began_s)
            asking.statuses[status] += 1
        if not keep:
            writer.close()
            writer = None
    if writer is not None:
        writer.close()


async def answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Read an answer; give its status and whether the connection stays open."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    if "content-length" in headers:
        await reader.readexactly(int(headers["content-length"]))
        keep = lines[0].startswith("http/1.1") and headers.get("connection") != "close"
    else:
        await reader.read()
        keep = False
    return int(lines[0].split()[1]), keep


async def ask(asking: Asking, connections: int) -> None:
    """Ask over all connections."""
    await asyncio.gather(*(one_connection(asking, number) for number in range(connections)))


def figures(asking: Asking, seconds: float) -> dict[str, object]:
    """Sum up the answers."""
    good = asking.statuses[200]
    if len(asking.latencies_s) < 2:
        raise SystemExit(f"only {len(asking.latencies_s)} answers in {seconds} s: ask for longer")
    cuts = statistics.quantiles(asking.latencies_s, n=100, method="inclusive")
    return {
        "requests_per_s": round(good / seconds, 1),
        "p50_ms": round(1000 * cuts[49], 1),
        "p99_ms": round(1000 * cuts[98], 1),
        "answers": len(asking.latencies_s),
        "statuses": {str(status): count for status, count in sorted(asking.statuses.items())},
    }


def main() -> None:
    """Ask, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("--body", type=Path, nargs="+", required=True)
    parser.add_argument("--content-type", required=True)
    parser.add_argument("--connections", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--warm-up-s", type=float, default=1.0, help="asked but not counted")
    arguments = parser.parse_args()
    parts = urlsplit(arguments.url)
    messages = []
    for path in arguments.body:
        body = path.read_bytes()
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Content-Type: {arguments.content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        messages.append(head.encode() + body)
    now_s = time.perf_counter()
    counted_from_s = now_s + arguments.warm_up_s
    until_s = counted_from_s + arguments.seconds
    asking = Asking(parts.hostname or "", parts.port or 80, messages, counted_from_s, until_s)
    asyncio.run(ask(asking, arguments.connections))
    print(json.dumps(figures(asking, arguments.seconds)))


if __name__ == "__main__":
    main()
