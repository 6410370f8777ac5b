"""Compares training steps with strided depthwise convolutions in bfloat16 and in float32.

    python benchmarks/training.py

Both take the default recipe's network and batch on one thread, forward and backward and no more,
in turns in one process; a figure is the median over the rounds. The pixels are noise, since they
change nothing about speed. Writes `docs/figures/training.json`.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from throughput import processor

from animeter.lab.network import StyleNetwork
from animeter.lab.recipe import read_recipe
from animeter.lab.strided_depthwise import StridedDepthwise

ROOT = Path(__file__).resolve().parent.parent


def step_of(network: StyleNetwork, image: torch.Tensor) -> Callable[[], None]:
    """Return one training step without its optimiser."""

    def step() -> None:
        with torch.autocast("cpu", torch.bfloat16):
            logits, _ = network.train_logits(image)
        logits.float().square().mean().backward()
        network.zero_grad()

    return step


def with_plain_convolutions(network: StyleNetwork) -> StyleNetwork:
    """Turn `StridedDepthwise` back into what torch has."""
    for module in network.modules():
        if isinstance(module, StridedDepthwise):
            module.__class__ = torch.nn.Conv2d  # type: ignore[assignment]  # the same fields
    return network


def main() -> None:
    """Time both in turns, at the sides that the recipe trains at."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", type=Path, default=ROOT / "recipes/default.toml")
    parser.add_argument("--sizes-px", type=int, nargs="+", default=[128, 160, 224])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=ROOT / "docs/figures/training.json")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    recipe = read_recipe(arguments.recipe)
    batch = recipe.training.batch_size
    scratch = recipe.network.model_copy(update={"weights": None, "pretrained": False})
    networks = {
        "bfloat16": with_plain_convolutions(StyleNetwork(scratch)),
        "float32": StyleNetwork(scratch),
    }
    rows = []
    for size_px in arguments.sizes_px:
        image = torch.randint(0, 256, (batch, size_px, size_px, 3), dtype=torch.uint8)
        steps = {name: step_of(network.train(), image) for name, network in networks.items()}
        rates: dict[str, list[float]] = {name: [] for name in steps}
        for turn in range(arguments.rounds + 1):
            for name, step in steps.items():
                start_s = time.perf_counter()
                step()
                rate = batch / (time.perf_counter() - start_s)
                print(f"  {size_px} px, round {turn}, {name}: {rate:.1f}/s", file=sys.stderr)
                if turn > 0:  # the first one is slow
                    rates[name].append(rate)
        medians = {name: statistics.median(found) for name, found in rates.items()}
        times = medians["float32"] / medians["bfloat16"]
        rows.append(
            {
                "size_px": size_px,
                **{f"{name}_per_s": round(median, 1) for name, median in medians.items()},
                "float32_is_times_faster": round(times, 2),
            }
        )
        print(f"{size_px} px: {medians['bfloat16']:.1f} and {medians['float32']:.1f} a second")
    figures = {
        "command": "python benchmarks/training.py",
        "network": recipe.network.backbone,
        "frozen_stages": recipe.network.frozen_stages,
        "batch": batch,
        "threads": 1,
        "processor": processor(),
        "torch": torch.__version__,
        "sizes": rows,
    }
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
