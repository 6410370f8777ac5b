"""Teaches the heads that ship inside the package, and measures them.

    python -m tools.build_heads runs/default --work heads-work

RUN is the folder of a finished `animeter train --folds`, whose final model is the built-in one.
Writes `src/animeter/inference/builtin/heads/` and `docs/figures/heads.json`. Embeddings are kept in
the work folder, so that a call that was stopped goes on where it stopped.
"""

import argparse
import json
import time
from pathlib import Path

from animeter.inference.heads import BUILTIN_FOLDER
from animeter.lab.heads.builtin_heads import build_heads
from animeter.lab.runs import Run

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Build and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder of a finished run with folds")
    parser.add_argument("--work", type=Path, default=Path("heads-work"), help="keeps embeddings")
    parser.add_argument("--model", help="name or folder of a bundle; the built-in one unless given")
    parser.add_argument("--heads", type=Path, default=BUILTIN_FOLDER)
    parser.add_argument("--figures", type=Path, default=ROOT / "docs/figures/heads.json")
    arguments = parser.parse_args()
    start_s = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - start_s:6.0f} s  {what}", flush=True)

    report = build_heads(
        Run.reopen(arguments.run),
        arguments.model,
        arguments.work,
        arguments.heads,
        say,
    )
    arguments.figures.parent.mkdir(parents=True, exist_ok=True)
    arguments.figures.write_text(
        json.dumps(report, indent=1, allow_nan=False) + "\n", encoding="utf-8"
    )
    for name in ("series", "character", "type"):
        for key in ("top_1", "top_5", "told_apart_among_names", "other_known_as_other"):
            if key in report.get(name, {}):
                figure = report[name][key]
                value, low, high = (100 * figure[part] for part in ("value", "low", "high"))
                print(f"{name:<10} {key:<24} {value:5.1f} %  ({low:.1f} to {high:.1f})")
    shipped = report["hierarchy"]["shipped"]
    print(
        f"hierarchy  precision {100 * shipped['precision']:.1f} %, "
        f"recall {100 * shipped['recall']:.1f} %"
    )
    say(f"{report['size_bytes'] / 1e6:.2f} MB in {arguments.heads}")


if __name__ == "__main__":
    main()
