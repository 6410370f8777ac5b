"""The files of a taught head: `head.json` and `head.safetensors`, in a folder or in a ZIP.

A head may come from anywhere, so it is checked like a bundle: sizes, form, the sha256 of the
numbers, and that the numbers were saved for the very labels and model that the description names.
"""

import hashlib
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any, Final

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from animeter.domain.errors import HeadError, OutputError
from animeter.domain.head_spec import EmbeddingModelSpec, NoneRuleSpec, TaughtHeadSpec
from animeter.domain.taught_head import EmbeddingModel, NoneRule, TaughtHead
from animeter.media.small_files import read_limited, whole_file, whole_folder

SPEC_FILE: Final = "head.json"
WEIGHTS_FILE: Final = "head.safetensors"
MAX_SPEC_BYTES: Final = 4 << 20
MAX_WEIGHTS_BYTES: Final = 256 << 20
_WANTED: Final = (
    f"A head is a folder with {SPEC_FILE} and {WEIGHTS_FILE}; `animeter heads list` shows the "
    "heads at hand."
)


def check_free(folder: Path, *, replace: bool) -> None:
    """Check that a head may be written to a folder.

    Raises:
        OutputError: there is something that is no head, or a head that may not be replaced.
    """
    try:
        taken = folder.is_dir() and any(folder.iterdir())
    except OSError as error:
        raise OutputError(f"Cannot read {folder}: {error.strerror or error}.") from error
    if (taken or (folder.exists() and not folder.is_dir())) and not (folder / SPEC_FILE).is_file():
        raise OutputError(
            f"{folder} is there and is no head, so it is left alone. Choose another place."
        )
    if taken and not replace:
        raise OutputError(
            f"There is a head at {folder} already. Choose another name or place, or write over it "
            "with --replace."
        )


def write_head(head: TaughtHead, folder: Path, *, replace: bool = False) -> Path:
    """Write a head to a folder of its own, both files or neither.

    Args:
        head: to write.
        folder: made if need be.
        replace: whether a head that is there may be written over.

    Returns:
        The folder.

    Raises:
        OutputError: there is something at that place, or it cannot be written.
    """
    check_free(folder, replace=replace)
    spec, weights = _contents_of(head)
    try:
        with whole_folder(folder) as new:
            (new / WEIGHTS_FILE).write_bytes(weights)
            (new / SPEC_FILE).write_bytes(spec)
    except OSError as error:
        raise OutputError(
            f"Cannot write the head to {folder}: {error.strerror or error}. "
            "Choose a place that may be written."
        ) from error
    return folder


def write_head_zip(head: TaughtHead, path: Path, *, replace: bool = False) -> Path:
    """Write a head to one file that can be sent around: a ZIP with a folder of its name.

    Args:
        head: to write.
        path: of the ZIP.
        replace: whether a file that is there may be written over.

    Returns:
        The path.

    Raises:
        OutputError: there is something at that place, or it cannot be written.
    """
    if path.exists() and not (replace and path.is_file()):
        raise OutputError(f"{path} is there already. Choose another place, or add --replace.")
    spec, weights = _contents_of(head)
    try:
        with whole_file(path) as unfinished, zipfile.ZipFile(unfinished, "w") as file:
            for name, content in ((SPEC_FILE, spec), (WEIGHTS_FILE, weights)):
                # Its default time, ZIP's first day: the same head gives the same file.
                file.writestr(zipfile.ZipInfo(f"{head.name}/{name}"), content)
    except OSError as error:
        raise OutputError(
            f"Cannot write {path}: {error.strerror or error}. Choose a place that may be written."
        ) from error
    return path


def read_head(place: Path) -> TaughtHead:
    """Read a head and check all of it.

    Args:
        place: its folder, or a ZIP of `write_head_zip` or of the page.

    Raises:
        HeadError: a file is missing, damaged, tampered with or of another form.
    """
    text, content = _read_both(place)
    spec = TaughtHeadSpec.from_json(text, str(place / SPEC_FILE))
    path = place / WEIGHTS_FILE
    digest = hashlib.sha256(content).hexdigest()
    if digest != spec.sha256:
        raise HeadError(
            f"{path} is not the file that {SPEC_FILE} describes: its sha256 is {digest}, wanted "
            f"{spec.sha256}. It was changed or damaged: copy, export or teach the head again."
        )
    return _assembled(spec, content, path)


def read_spec_text(place: Path) -> str:
    """Return the text of a head's `head.json` as it is there.

    Raises:
        HeadError: it is not there.
    """
    return _read_both(place)[0].decode("utf-8", "replace")


def _read_both(place: Path) -> tuple[bytes, bytes]:
    return _read_zip(place) if place.is_file() else _read_folder(place)


def spec_of(head: TaughtHead, sha256: str) -> TaughtHeadSpec:
    """Describe a head whose numbers have this sha256."""
    rule = head.none_rule
    return TaughtHeadSpec(
        name=head.name,
        labels=list(head.labels),
        model=EmbeddingModelSpec(
            label=head.model.label,
            sha256=head.model.sha256,
            embedding_dim=head.model.embedding_dim,
        ),
        none_rule=None
        if rule is None
        else NoneRuleSpec(
            near_weight=rule.near_weight,
            sure_weight=rule.sure_weight,
            offset=rule.offset,
            known_kept=rule.known_kept,
            unknown_caught=rule.unknown_caught,
        ),
        created=head.created,
        training=dict(head.training),
        figures=dict(head.figures),
        sha256=sha256,
    )


def _tensors(head: TaughtHead) -> dict[str, Any]:
    tensors = {"weights": head.weights, "bias": head.bias}
    if head.none_rule is not None:
        rule = head.none_rule
        tensors |= {
            "centroids": rule.centroids,
            # Here too, so that nothing that is computed with escapes the sha256.
            "none_rule": np.array([rule.near_weight, rule.sure_weight, rule.offset]),
        }
    return {name: np.ascontiguousarray(v, dtype=np.float32) for name, v in tensors.items()}


def _identity(labels: tuple[str, ...], model_sha256: str) -> dict[str, str]:
    """What the file of the numbers says of itself, so that another head.json does not pass."""
    return {"labels": json.dumps(labels, ensure_ascii=True), "model_sha256": model_sha256}


def _contents_of(head: TaughtHead) -> tuple[bytes, bytes]:
    """Return what the two files of a head hold: the same for the same head, to the byte."""
    saved = save(_tensors(head), metadata=_identity(head.labels, head.model.sha256))
    header, numbers = _split(saved)
    # safetensors shuffles what the file says of itself.
    text = json.dumps(header | {"__metadata__": dict(sorted(header["__metadata__"].items()))})
    padded = text.encode() + b" " * (-len(text) % 8)
    weights = len(padded).to_bytes(8, "little") + padded + numbers
    return spec_of(head, hashlib.sha256(weights).hexdigest()).to_json().encode(), weights


def _split(content: bytes) -> tuple[dict[str, Any], bytes]:
    """Split a safetensors file into its header and its numbers.

    Source: https://huggingface.co/docs/safetensors, "Format".
    """
    end = 8 + int.from_bytes(content[:8], "little")
    header: dict[str, Any] = json.loads(content[8:end])
    return header, content[end:]


def _assembled(spec: TaughtHeadSpec, content: bytes, path: Path) -> TaughtHead:
    try:
        tensors = load(content)
        said = _split(content)[0].get("__metadata__", {})
    except (KeyError, ValueError, SafetensorError) as error:
        raise HeadError(f"{path} is not a safetensors file: {error}. Teach again.") from error
    labels = tuple(spec.labels)
    try:
        told = (json.loads(said.get("labels", "null")), said.get("model_sha256"))
    except ValueError:
        told = (None, None)
    if told != (list(labels), spec.model.sha256):
        raise HeadError(
            f"{path} was saved for other labels or another model than {SPEC_FILE} names: one of "
            "the two was changed. Copy, export or teach the head again."
        )
    try:
        return TaughtHead(
            name=spec.name,
            labels=labels,
            model=EmbeddingModel(spec.model.label, spec.model.sha256, spec.model.embedding_dim),
            weights=_numbers(tensors, "weights"),
            bias=_numbers(tensors, "bias"),
            none_rule=_rule(spec.none_rule, tensors),
            created=spec.created,
            training=spec.training,
            figures=spec.figures,
        )
    except ValueError as error:
        raise HeadError(f"{path} does not fit {SPEC_FILE}: {error}. Teach again.") from error


def _rule(spec: NoneRuleSpec | None, tensors: dict[str, Any]) -> NoneRule | None:
    if spec is None:
        return None
    numbers = _numbers(tensors, "none_rule")
    described = np.array([spec.near_weight, spec.sure_weight, spec.offset], dtype=np.float32)
    if numbers.shape != (3,) or not np.allclose(numbers, described, rtol=1e-5, atol=1e-6):
        raise ValueError(f"none_rule holds {numbers.tolist()}, described as {described.tolist()}")
    return NoneRule(
        centroids=_numbers(tensors, "centroids"),
        near_weight=float(numbers[0]),
        sure_weight=float(numbers[1]),
        offset=float(numbers[2]),
        known_kept=spec.known_kept,
        unknown_caught=spec.unknown_caught,
    )


def _numbers(tensors: dict[str, Any], name: str) -> Any:
    found = tensors.get(name)
    if found is None or found.dtype != np.float32 or not np.all(np.isfinite(found)):
        raise ValueError(f"the tensor {name!r} is missing, not float32 or not finite")
    return found


def _read_folder(folder: Path) -> tuple[bytes, bytes]:
    text = read_limited(folder / SPEC_FILE, MAX_SPEC_BYTES, HeadError, _WANTED)
    return text, read_limited(folder / WEIGHTS_FILE, MAX_WEIGHTS_BYTES, HeadError, _WANTED)


def _read_zip(path: Path) -> tuple[bytes, bytes]:
    try:
        with zipfile.ZipFile(path) as file:
            return (
                _read_member(file, SPEC_FILE, MAX_SPEC_BYTES),
                _read_member(file, WEIGHTS_FILE, MAX_WEIGHTS_BYTES),
            )
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        raise HeadError(
            f"{path} is no ZIP of a head: {error}. Wanted a head's folder, or a ZIP with "
            f"{SPEC_FILE} and {WEIGHTS_FILE} inside."
        ) from error


def _read_member(file: zipfile.ZipFile, name: str, max_bytes: int) -> bytes:
    found = [member for member in file.infolist() if Path(member.filename).name == name]
    if len(found) != 1:
        raise zipfile.BadZipFile(f"it holds {len(found)} files called {name}")
    with file.open(found[0]) as member:
        content = member.read(max_bytes + 1)  # whatever size it claims
    if len(content) > max_bytes:
        raise zipfile.BadZipFile(f"its {name} has more than {max_bytes:,} bytes")
    return content
