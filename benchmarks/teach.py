"""Measures how well a head does that was taught on a few pictures of labels nobody knew before.

    python benchmarks/teach.py runs/default --work heads-work

RUN is a finished `animeter train --folds`. Every label is taught on the embedding of the fold's
network that never saw its franchise, which is what happens to whoever teaches labels of their own.
1, 5, 10 and 20 pictures a label are drawn several times, and the rest of the pictures judged;
of near-duplicates one is kept. Compared are a head as `animeter teach` fits it and the nearest
centroid, each on that embedding and on the raw ImageNet backbone that the network began from.
Writes `docs/figures/teach.json` and `docs/images/teach-*.svg`.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from animeter.datasets.checking.looks import FILE as LOOKS_FILE
from animeter.datasets.checking.looks import Look, look_at_all
from animeter.datasets.checking.near_duplicates import (
    group_near_duplicates,
    layouts_of,
    thumbnails_of,
)
from animeter.datasets.manifest import ManifestRow, read_manifest
from animeter.domain.head_fitting import FitOptions, fit_head
from animeter.domain.taught_head import EmbeddingModel, HeadIdentity
from animeter.inference.bundle import SPEC_FILE, Bundle
from animeter.inference.taxonomy_file import BUILTIN_FILE, read_taxonomy
from animeter.lab.drawings import standalone
from animeter.lab.export import export_bundle
from animeter.lab.heads.picture_embeddings import embeddings_of
from animeter.lab.heads.tasks import series_of
from animeter.lab.network import StyleNetwork
from animeter.lab.plots import few_shot_plot
from animeter.lab.runs import Run, fold_name, folds_of

ROOT = Path(__file__).resolve().parent.parent
SHOTS = (1, 5, 10, 20)
MIN_PICTURES = {"series": 40, "character": 30}  # so that 10 or more are left to judge
TITLES = {"series": "series", "character": "characters"}
MOST_PICTURES = 60  # of one label; more would not change the figures, only the time
RAW_SIZE_PX = 224  # what the backbone was trained at

Guess = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def by_head(taught: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Guess labels as a head says that was taught as `animeter teach` does."""
    identity = HeadIdentity("few", EmbeddingModel("any", "0" * 64, taught.shape[1]), "2000-01-01")
    options = FitOptions(min_pictures=1, learn_none=False)
    head = fit_head(identity, taught, labels.tolist(), options=options).head
    return np.asarray(head.labels)[head.shares(asked).argmax(axis=1)]


def by_centroid(taught: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Guess the label whose mean embedding is nearest, by cosine."""
    names = np.unique(labels)
    centroids = np.stack([taught[labels == name].mean(axis=0) for name in names])
    centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
    return names[(asked @ centroids.T).argmax(axis=1)]


METHODS: dict[str, Guess] = {"head": by_head, "nearest centroid": by_centroid}


def labelled(rows: Sequence[ManifestRow], column: str) -> list[tuple[ManifestRow, str]]:
    """Choose the pictures of labels that have enough of them, the same ones every time."""
    taxonomy = read_taxonomy(BUILTIN_FILE)
    named = [
        (row, series_of(row, taxonomy) if column == "series" else row.character)
        for row in rows
        if row.fold is not None and row.is_drawn_as_labelled
    ]
    named = sorted(
        ((row, label) for row, label in named if label),
        key=lambda pair: sha256(pair[0].name.encode()).digest(),
    )
    counts = Counter(label for _, label in named)
    kept: list[tuple[ManifestRow, str]] = []
    taken: Counter[str] = Counter()
    for row, label in named:
        if counts[label] >= MIN_PICTURES[column] and taken[label] < MOST_PICTURES:
            taken[label] += 1
            kept.append((row, label))
    return kept


def raw_bundle(run: Run, folder: Path) -> Bundle:
    """Export the backbone as it was before training; its likenesses mean nothing."""
    if not (folder / SPEC_FILE).is_file():
        network = run.recipe.network.model_copy(update={"size_px": RAW_SIZE_PX})
        recipe = run.recipe.model_copy(update={"name": "imagenet", "network": network})
        torch.manual_seed(0)
        folder.mkdir(parents=True, exist_ok=True)
        weights = folder / "weights.safetensors"
        state = StyleNetwork(network).state_dict()
        save_file({name: value.contiguous() for name, value in state.items()}, weights)
        export_bundle(recipe, weights, folder)
    return Bundle.open(folder)


def one_of_each(
    pairs: Sequence[tuple[ManifestRow, str]], looks: Sequence[Look], embeddings: np.ndarray
) -> np.ndarray:
    """Return the places of one picture of each group of near-duplicates."""
    layouts = layouts_of(thumbnails_of(looks))
    groups = group_near_duplicates([row.series for row, _ in pairs], layouts, embeddings)
    readable = np.array([not look.error for look in looks]) & np.isfinite(embeddings).all(axis=1)
    first = np.zeros(len(pairs), dtype=bool)
    first[np.unique(groups, return_index=True)[1]] = True
    return np.flatnonzero(first & readable)


def draw(labels: np.ndarray, shots: int, chance: np.random.Generator) -> np.ndarray:
    """Draw so many pictures of each label to be taught on."""
    taught = np.zeros(len(labels), dtype=bool)
    for name in np.unique(labels):
        taught[chance.choice(np.flatnonzero(labels == name), shots, replace=False)] = True
    return taught


def measure(run: Run, column: str, work: Path, draws: int) -> dict[str, object]:
    """Teach and judge the labels of one column, fold by fold."""
    data = run.recipe.data
    pairs = labelled(read_manifest(data.source, data.more_labels), column)
    raw = raw_bundle(run, work / "imagenet")
    right: dict[tuple[str, str, int], list[float]] = {}
    judged = {"folds": [], "labels": 0, "pictures": 0}
    for fold in folds_of([row for row, _ in pairs]):
        inside = [(row, label) for row, label in pairs if row.fold == fold]
        rows = [row for row, _ in inside]
        tables = {
            "animeter": embeddings_of(Bundle.open(run.bundle(fold_name(fold))), rows, work, int),
            "ImageNet": embeddings_of(raw, rows, work, int),
        }
        looks = look_at_all([row.path for row in rows], work / LOOKS_FILE)
        kept = one_of_each(inside, looks, tables["animeter"])
        labels = np.array([inside[i][1] for i in kept])
        enough = [n for n, count in Counter(labels.tolist()).items() if count > max(SHOTS) + 4]
        kept, labels = kept[np.isin(labels, enough)], labels[np.isin(labels, enough)]
        if len(enough) < 2:
            continue
        judged["folds"].append({"fold": fold, "labels": len(enough), "pictures": len(kept)})
        judged["labels"] += len(enough)
        judged["pictures"] += len(kept)
        chance = np.random.default_rng(fold)
        for shots in SHOTS:
            for _ in range(draws):
                taught = draw(labels, shots, chance)
                for network, table in tables.items():
                    seen, asked = table[kept[taught]], table[kept[~taught]]
                    for method, guess in METHODS.items():
                        hits = guess(seen, labels[taught], asked) == labels[~taught]
                        key = (network, method, shots)
                        right.setdefault(key, []).append(float(hits.mean()))
        print(f"{column}: fold {fold}, {len(enough)} labels", flush=True)
    folds = judged["folds"]
    weights = np.repeat([part["labels"] for part in folds], draws).astype(float)
    judged["chance"] = len(folds) / judged["labels"]
    judged["curves"] = [
        {
            "embedding": network,
            "method": method,
            "accuracy": [
                round(float(np.average(right[network, method, shots], weights=weights)), 4)
                for shots in SHOTS
            ],
        }
        for network in ("animeter", "ImageNet")
        for method in METHODS
    ]
    return judged


def main() -> None:
    """Measure both columns, and draw the chart."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--work", type=Path, default=Path("heads-work"), help="keeps embeddings")
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--output", type=Path, default=ROOT / "docs/figures/teach.json")
    parser.add_argument("--charts", type=Path, default=ROOT / "docs/images")
    arguments = parser.parse_args()
    start_s = time.monotonic()
    run = Run.reopen(arguments.run)
    figures: dict[str, object] = {"shots": list(SHOTS), "draws": arguments.draws}
    for column in MIN_PICTURES:
        figures[column] = measure(run, column, arguments.work, arguments.draws)
    arguments.output.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    for column in MIN_PICTURES:
        part = figures[column]
        at_a_time = [one["labels"] for one in part["folds"]]
        title = f"{part['labels']} {TITLES[column]}, {min(at_a_time)} to {max(at_a_time)} at a time"
        drawing = standalone(few_shot_plot(part, SHOTS, title).svg())
        (arguments.charts / f"teach-{column}.svg").write_text(drawing, encoding="utf-8")
        for curve in figures[column]["curves"]:
            shown = "  ".join(f"{100 * share:5.1f} %" for share in curve["accuracy"])
            print(f"{column:<10} {curve['embedding']:<9} {curve['method']:<17} {shown}")
    print(f"{time.monotonic() - start_s:.0f} s")


if __name__ == "__main__":
    main()
