"""The ways of classifying files that `throughput.py` compares, each run in a process of its own.

    python benchmarks/contenders.py NAME --list paths.txt --size-px 192 --budget-s 20

Every contender takes file paths and ends at a verdict's raw numbers; it stops reading new paths
when its time is used up, and prints how many it did in how many seconds, as JSON. Weights of the
rivals are random, since they change nothing about speed; ours are the built-in model's.

This file runs under the interpreter of whichever package it needs, so it imports them late.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

MODEL = os.environ.get("ANIMETER_BENCHMARK_MODEL") or None
"""A bundle's folder in place of the built-in model."""

KERAS_BATCH = 32
WARM_UP_PICTURES = KERAS_BATCH
"""A whole batch: Keras traces its network anew for every other batch size, which takes seconds."""

Contender = Callable[[Iterable[str]], None]


def animeter_end_to_end(size_px: int) -> Contender:
    """`Classifier.classify_many`, as `animeter classify` calls it."""
    import animeter

    classifier = animeter.load(MODEL)
    if classifier.bundle.spec.input.size_px != size_px:
        raise SystemExit(f"the model wants {classifier.bundle.spec.input.size_px} px")

    def run(paths: Iterable[str]) -> None:
        for result in classifier.classify_many(paths):
            if isinstance(result, animeter.Failure):
                raise SystemExit(result.message)

    return run


def decode_only(size_px: int) -> Contender:
    """What `classify_many` does before the network, and no more: the limit that decoding sets."""
    from animeter.inference.classifier import usable_cores
    from animeter.inference.pipeline import work_ahead
    from animeter.media.images import read_image

    workers = usable_cores()

    def run(paths: Iterable[str]) -> None:
        def work(chunk: list[str]) -> list[None]:
            for path in chunk:
                read_image(path, shrink_to_px=size_px)
            return [None] * len(chunk)

        for _ in work_ahead(work, paths, 16 * workers, workers):
            pass

    return run


def network_only(size_px: int) -> Contender:
    """The network alone, on pixels that are in memory already: the limit that it sets."""
    import numpy as np

    import animeter
    from animeter.inference.pipeline import work_ahead

    classifier = animeter.load(MODEL)
    pixels = np.random.default_rng(0).integers(0, 256, (8, size_px, size_px, 3), dtype=np.uint8)

    def run(paths: Iterable[str]) -> None:
        def work(chunk: list[str]) -> list[None]:
            classifier.likenesses(pixels[: len(chunk)])
            return [None] * len(chunk)

        for _ in work_ahead(work, paths, 16 * classifier.workers, classifier.workers):
            pass

    return run


def timm_loop(size_px: int) -> Contender:
    """The plain loop: PyTorch, timm and Pillow, one picture after another, default threads."""
    import timm
    import torch
    from PIL import Image

    model = timm.create_model("mobilenetv2_100", pretrained=False, num_classes=2).eval()
    config = timm.data.resolve_data_config({"input_size": (3, size_px, size_px)}, model=model)
    transform = timm.data.create_transform(**config | {"crop_pct": 1.0, "crop_mode": "squash"})

    def run(paths: Iterable[str]) -> None:
        with torch.inference_mode():
            for path in paths:
                pixels = transform(Image.open(path).convert("RGB"))
                torch.sigmoid(model(pixels.unsqueeze(0))).numpy()

    return run


def keras_inception_resnet_v2(size_px: int) -> Contender:
    """Keras InceptionResNetV2 without its top and one dense layer, in batches of 32."""
    import keras

    return _keras(keras.applications.inception_resnet_v2, "InceptionResNetV2", size_px)


def keras_vgg19(size_px: int) -> Contender:
    """Keras VGG19 without its top and one dense layer, in batches of 32."""
    import keras

    return _keras(keras.applications.vgg19, "VGG19", size_px)


def _keras(family: object, name: str, size_px: int) -> Contender:
    import keras
    import numpy as np

    shape = (size_px, size_px, 3)
    base = getattr(family, name)(weights=None, include_top=False, input_shape=shape, pooling="avg")
    model = keras.Sequential([base, keras.layers.Dense(2, activation="sigmoid")])

    def run(paths: Iterable[str]) -> None:
        left = iter(paths)
        while chunk := list(islice(left, KERAS_BATCH)):
            pixels = [
                keras.utils.img_to_array(keras.utils.load_img(path, target_size=shape[:2]))
                for path in chunk
            ]
            batch = family.preprocess_input(np.stack(pixels))  # type: ignore[attr-defined]
            model.predict_on_batch(batch)

    return run


CONTENDERS: dict[str, Callable[[int], Contender]] = {
    "animeter": animeter_end_to_end,
    "decode_only": decode_only,
    "network_only": network_only,
    "timm_loop": timm_loop,
    "keras_inception_resnet_v2": keras_inception_resnet_v2,
    "keras_vgg19": keras_vgg19,
}


def timed(run: Contender, paths: list[str], budget_s: float) -> tuple[int, float]:
    """Run a contender until the list or the time is used up; give pictures and seconds."""
    taken = 0
    start_s = time.perf_counter()

    def within_budget() -> Iterator[str]:
        nonlocal taken
        for path in paths:
            if time.perf_counter() - start_s > budget_s:
                return
            taken += 1
            yield path

    run(within_budget())
    return taken, time.perf_counter() - start_s


def versions() -> dict[str, str]:
    """Name the versions of the packages in use."""
    known = ("animeter", "onnxruntime", "PIL", "torch", "timm", "tensorflow", "keras")
    return {
        name: str(getattr(sys.modules[name], "__version__", "?"))
        for name in known
        if name in sys.modules
    }


def main() -> None:
    """Run one contender and print its figures."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=list(CONTENDERS))
    parser.add_argument("--list", required=True, dest="listed")
    parser.add_argument("--size-px", type=int, required=True)
    parser.add_argument("--budget-s", type=float, required=True)
    arguments = parser.parse_args()
    with open(arguments.listed, encoding="utf-8") as file:  # noqa: PTH123  (as old as it gets)
        paths = file.read().splitlines()
    run = CONTENDERS[arguments.name](arguments.size_px)
    run(paths[:WARM_UP_PICTURES])
    cpu_start_s = time.process_time()
    pictures, seconds = timed(run, paths, arguments.budget_s)
    cpu_s = time.process_time() - cpu_start_s
    print(
        json.dumps(
            {"pictures": pictures, "seconds": seconds, "cpu_s": cpu_s, "versions": versions()}
        )
    )


if __name__ == "__main__":
    main()
