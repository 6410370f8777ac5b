"""Runs a bundle's network in ONNX Runtime, and says on what it runs.

The network sees raw pixels and does its own resize and scaling, so this file holds no
preprocessing at all. It also checks that the network is of the agreed form, since a bundle may
come from anywhere.

One run uses one thread: `Classifier` runs many small batches side by side, which keeps every core
busy with both decoding and inference and never makes threads wait for each other (measured in
`benchmarks/threads.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_state

from animeter.domain.errors import BundleError, SettingError
from animeter.inference.bundle import Bundle

INPUT: Final = "image"
OUTPUTS: Final = ("likeness", "embedding", "activation")
_LIKENESSES: Final = 2
_CPU: Final = "CPUExecutionProvider"
_CUDA: Final = "CUDAExecutionProvider"
ORT_ERRORS: Final = (
    RuntimeError,  # a provider whose libraries are missing
    ort_state.EPFail,
    ort_state.Fail,
    ort_state.InvalidArgument,
    ort_state.InvalidGraph,
    ort_state.InvalidProtobuf,
    ort_state.NotImplemented,
    ort_state.RuntimeException,
)


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the network says of N images.

    Attributes:
        likeness: float32 [N, 2], anime and cartoon likeness in [0, 1].
        embedding: float32 [N, D], L2-normalised.
        activation: float32 [N, 2, h, w], class activation maps of both likenesses.
    """

    likeness: NDArray[np.float32]
    embedding: NDArray[np.float32]
    activation: NDArray[np.float32]


class OnnxSession:
    """A loaded network.

    Args:
        bundle: what to run.
        threads: threads of one run.
        providers: execution providers in order of preference, by ONNX Runtime's name or its
            short form (`cuda`). None means CUDA where this ONNX Runtime has it, else the CPU.

    Attributes:
        provider: the execution provider in use.
        provider_note: why it is not a faster one that seems to be at hand; None when all is well.

    Raises:
        BundleError: the network cannot be loaded or is not of the agreed form.
        SettingError: a provider was asked for that is not there or does not start.
    """

    def __init__(
        self, bundle: Bundle, threads: int = 1, providers: Sequence[str] | None = None
    ) -> None:
        self._origin = str(bundle.folder / "model.onnx")
        self._embedding_dim = bundle.spec.embedding_dim
        wanted = wanted_providers(providers)
        self._session = start_session(bundle.read_model(), self._origin, threads, wanted)
        self.provider: str = self._session.get_providers()[0]
        self.provider_note = _provider_note(self.provider, wanted)
        if providers is not None and self.provider != wanted[0]:
            raise SettingError(
                f"{wanted[0]} was asked for (ANIMETER_PROVIDERS) but does not start here. Repair "
                f"its driver and libraries, or ask for {self.provider}."
            )
        self._check_form()

    def run(self, batch: NDArray[np.uint8]) -> Outputs:
        """Run the network on raw pixels; safe to call from several threads at once.

        Args:
            batch: uint8 RGB [N, H, W, 3], any height and width, N at least 1.

        Raises:
            ValueError: the array is of another form.
            BundleError: the network failed, or gave something that is not a likeness.
        """
        if batch.dtype != np.uint8 or batch.ndim != 4 or batch.shape[3] != 3 or 0 in batch.shape:
            raise ValueError(
                f"got an array of {batch.dtype} {list(batch.shape)}; wanted uint8 [N, H, W, 3] "
                "with N, H and W of at least 1"
            )
        try:
            likeness, embedding, activation = self._session.run(list(OUTPUTS), {INPUT: batch})
        except ORT_ERRORS as error:
            raise BundleError(f"{self._origin} failed on a batch: {error}") from error
        outputs = Outputs(likeness, embedding, activation)
        self._check_outputs(outputs, len(batch))
        return outputs

    def _check_form(self) -> None:
        inputs = {node.name: node for node in self._session.get_inputs()}
        if set(inputs) != {INPUT}:
            self._refuse(f"its inputs are {sorted(inputs)}, wanted one called {INPUT!r}")
        image = inputs[INPUT]
        if image.type != "tensor(uint8)" or not fits(image.shape, (None, None, None, 3)):
            self._refuse(f"its input is {image.type} {image.shape}, wanted uint8 [N, H, W, 3]")
        if any(isinstance(size, int) for size in image.shape[:3]):
            self._refuse(
                f"its input is fixed to {image.shape}, wanted any number of images of any size"
            )
        outputs = {node.name: node for node in self._session.get_outputs()}
        forms = {
            "likeness": (None, _LIKENESSES),
            "embedding": (None, self._embedding_dim),
            "activation": (None, _LIKENESSES, None, None),
        }
        for name, form in forms.items():
            if name not in outputs:
                self._refuse(f"it has no output {name!r}, only {sorted(outputs)}")
            node = outputs[name]
            if node.type != "tensor(float)" or not fits(node.shape, form):
                shown = ["any" if size is None else size for size in form]
                self._refuse(
                    f"its output {name!r} is {node.type} {node.shape}, wanted float {shown}"
                )

    def _check_outputs(self, outputs: Outputs, images: int) -> None:
        likeness = outputs.likeness
        if likeness.shape != (images, _LIKENESSES):
            self._refuse(f"it gave likenesses of shape {likeness.shape} for {images} images")
        if outputs.embedding.shape != (images, self._embedding_dim):
            self._refuse(f"it gave embeddings of shape {outputs.embedding.shape}")
        # Written so that NaN fails too.
        if not bool(np.all((likeness >= 0.0) & (likeness <= 1.0))):
            self._refuse("it gave a likeness outside 0 to 1")

    def _refuse(self, reason: str) -> None:
        raise BundleError(
            f"{self._origin} is not a network that animeter can run: {reason}. "
            "Export it with `animeter export`."
        )


def available_providers() -> list[str]:
    """Name the execution providers that this ONNX Runtime was built with."""
    return list(ort.get_available_providers())


def start_session(model: bytes, origin: str, threads: int, providers: list[str]) -> Any:
    """Load a network on the first provider that starts.

    Args:
        model: content of an ONNX file.
        origin: what to call it in an error.
        threads: of one run.
        providers: as `wanted_providers` gives them.

    Raises:
        BundleError: it cannot be loaded.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # A spinning thread would take the core from another thread that decodes.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4  # what matters is raised, or told by `provider_note`
    try:
        # ONNX Runtime's own way of falling back prints to standard output, among the data.
        return ort.InferenceSession(model, options, providers=providers, enable_fallback=0)
    except ORT_ERRORS as error:
        if len(providers) > 1:
            return start_session(model, origin, threads, providers[1:])
        raise BundleError(
            f"ONNX Runtime {ort.__version__} cannot load {origin}: {error}. "
            "Export the model again, or update onnxruntime if the model is newer."
        ) from error


def wanted_providers(asked: Sequence[str] | None) -> list[str]:
    """Return execution providers in order of preference, by ONNX Runtime's names.

    Args:
        asked: names or short forms (`cuda`); None for CUDA where it is built in, else the CPU.

    Raises:
        SettingError: this ONNX Runtime has no such provider.
    """
    available = available_providers()
    if asked is None:
        return [_CUDA, _CPU] if _CUDA in available else [_CPU]
    by_lower_name = {name.lower(): name for name in available}
    by_lower_name |= {name.lower().removesuffix("executionprovider"): name for name in available}
    missing = [name for name in asked if name.lower() not in by_lower_name]
    if missing:
        raise SettingError(
            f"The execution provider {missing[0]!r} is not in this ONNX Runtime, which has "
            f"{', '.join(available)}. Install the onnxruntime package that brings it "
            "(such as onnxruntime-gpu), or unset ANIMETER_PROVIDERS."
        )
    wanted = [by_lower_name[name.lower()] for name in asked]
    return wanted if _CPU in wanted else [*wanted, _CPU]


def _provider_note(provider: str, wanted: list[str]) -> str | None:
    if provider != wanted[0]:
        return f"{wanted[0]} is in this ONNX Runtime but did not start; running on {provider}"
    if provider == _CPU and _CUDA not in available_providers() and _has_nvidia_gpu():
        return (
            "an NVIDIA GPU is here but this ONNX Runtime has no CUDA provider: "
            "install onnxruntime-gpu in place of onnxruntime to use it"
        )
    return None


def _has_nvidia_gpu() -> bool:
    gpus = Path("/proc/driver/nvidia/gpus")
    try:
        return gpus.is_dir() and any(gpus.iterdir())
    except OSError:
        return False


def fits(shape: Sequence[object], form: Sequence[int | None]) -> bool:
    """Say whether a declared shape, whose free sizes are names or None, can be of this form."""
    return len(shape) == len(form) and all(
        wanted is None or not isinstance(size, int) or size == wanted
        for size, wanted in zip(shape, form, strict=True)
    )
