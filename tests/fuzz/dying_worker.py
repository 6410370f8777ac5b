"""A worker that goes wrong in each way a campaign must notice; it reads no pictures."""

import json
import os
import sys
import time


def main() -> None:
    """Input 1 crashes, 3 hangs, 5 is slow, 7 takes memory, 9 is a finding; the others are well."""
    _, first, stop = map(int, sys.argv[1:])
    for number in range(first, stop):
        if number == 1:
            os.abort()
        if number == 3:
            time.sleep(3600)
        told = {
            "number": number,
            "name": "png",
            "outcome": "finding" if number == 9 else "image",
            "why": "",
            "cpu_s": 1000 if number == 5 else 0,
            "peak_mb": 100_000 if number >= 7 else 50,
        }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
