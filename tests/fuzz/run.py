"""Fuzz the reading of pictures: `python -m tests.fuzz.run --inputs 10000`.

Each input is a valid file of some format, broken in one to five ways, and depends only on --seed
and its number. Exit code 1 if there are findings; their files are kept in --keep, by number.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.fuzz.campaign import Campaign
from tests.fuzz.mutations import mutated
from tests.fuzz.worker import attempt

STEP = 500


def main() -> int:
    """Run a campaign and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--inputs", type=int, default=10_000, help="how many to try")
    parser.add_argument("--first", type=int, default=0, help="number of the first")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other inputs")
    parser.add_argument("--only", type=int, help="try this number alone, in this process")
    parser.add_argument(
        "--keep", type=Path, default=Path(tempfile.gettempdir()) / "animeter-fuzz", help="folder"
    )
    given = parser.parse_args()
    if given.only is not None:
        for what, value in attempt(given.only, given.seed).items():
            print(f"{what}: {value}")
        return 0
    campaign = Campaign(given.seed)
    stop = given.first + given.inputs
    for first in range(given.first, stop, STEP):
        campaign.run(first, min(first + STEP, stop))
        done = sum(campaign.outcomes.values())
        print(f"{done} inputs, {len(campaign.findings)} findings", file=sys.stderr, flush=True)
    _report(campaign, given.keep)
    return 1 if campaign.findings else 0


def _report(campaign: Campaign, keep: Path) -> None:
    for name, outcomes in sorted(campaign.by_format.items()):
        print(f"{name}: " + ", ".join(f"{count} {what}" for what, count in outcomes.most_common()))
    print("all: " + ", ".join(f"{count} {what}" for what, count in campaign.outcomes.most_common()))
    print(f"slowest {campaign.slowest_cpu_s:.2f} s of processor, peak {campaign.peak_mb} MB")
    for finding in campaign.findings:
        keep.mkdir(parents=True, exist_ok=True)
        name, data = mutated(finding.number, campaign.seed)
        path = keep / f"{campaign.seed}-{finding.number}-{name}"
        path.write_bytes(data)
        print(f"FINDING {path}\n{finding.why}")


if __name__ == "__main__":
    sys.exit(main())
