"""Asks another package that ships a model about our pictures: `anime-or-not` from PyPI.

    pip install --no-deps anime-or-not
    python benchmarks/rival.py ../shared/data/manifest.csv

It gives one number, how sure it is of "anime". Its file is run as its own `predict_image` runs it,
but for one thing: that refuses pictures of which a side is not over 224 px, most of ours, and here
they are enlarged instead. Beside it stands what our models say of the same pictures out of fold,
from `docs/figures/out_of_fold.json`; nobody knows which of them the rival has seen. Writes
`docs/figures/rival.json`.
"""

import argparse
import importlib.metadata
import importlib.util
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime as ort
from PIL import Image

from animeter.datasets.manifest import ManifestRow, read_manifest
from animeter.domain.metrics import roc_auc
from animeter.inference.classifier import usable_cores
from animeter.lab.network import IMAGENET_MEAN, IMAGENET_STD
from animeter.media.images import read_image

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "anime_or_not"
SIDE_PX = 224


def rival_model() -> Path:
    """Find the rival's file."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise SystemExit("Install the rival first: pip install --no-deps anime-or-not")
    return Path(found.origin).parent / "anime_or_not_model.onnx"


def asked(model: Path, rows: Sequence[ManifestRow]) -> list[tuple[float, bool]]:
    """Give the rival's share of "anime" for each picture, and whether it would have refused it."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def ask(row: ManifestRow) -> tuple[float, bool]:
        picture = Image.fromarray(read_image(row.path).rgb)
        square = picture.resize((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR)
        pixels = (np.asarray(square, dtype=np.float32) / 255 - IMAGENET_MEAN) / IMAGENET_STD
        batch = pixels.transpose(2, 0, 1)[None].astype(np.float32)
        other, anime = session.run(None, {"input": batch})[0][0]
        return 1 / (1 + float(np.exp(other - anime))), min(picture.size) <= SIDE_PX

    with ThreadPoolExecutor(usable_cores()) as pool:
        return list(pool.map(ask, rows))


def main() -> None:
    """Ask, and set beside our own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--output", type=Path, default=ROOT / "docs/figures/rival.json")
    arguments = parser.parse_args()
    rows = [row for row in read_manifest(arguments.manifest) if row.is_counted]
    answers = asked(rival_model(), rows)
    share = np.array([answer for answer, _ in answers])
    anime = np.array([row.style == "anime" for row in rows])
    cartoon = np.array([row.style == "cartoon" for row in rows])
    ours = json.loads((ROOT / "docs/figures/out_of_fold.json").read_text(encoding="utf-8"))
    said_anime = share >= 0.5
    record = {
        "command": "python benchmarks/rival.py ../shared/data/manifest.csv",
        "package": "anime-or-not",
        "version": importlib.metadata.version(PACKAGE),
        "pictures": len(rows),
        "refused": sum(refused for _, refused in answers) / len(rows),
        "auc_anime": roc_auc(share, anime),
        "anime_called_so": float(said_anime[anime].mean()),
        "cartoon_called_anime": float(said_anime[cartoon].mean()),
        "anime_against_cartoon": float((said_anime == anime)[anime | cartoon].mean()),
        "ours": {
            "model": f"{ours['models'][0]['name']} {ours['models'][0]['version']}, out of fold",
            "pictures": ours["pictures"]["counted"],
            "auc_anime": ours["roc"]["anime"]["auc"],
            "anime_against_cartoon": ours["figures"]["anime_against_cartoon"]["value"],
        },
    }
    arguments.output.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
