"""Runs an ONNX file in ONNX Runtime: raw pixels in, arrays out; and says on what it runs.

The file does its own resize and scaling, so there is no preprocessing here. Since it may come from
anywhere, it is checked to be of the form that whoever runs it expects.

One run uses one thread: the classifiers run many pictures side by side, which keeps every core
busy with both decoding and inference and never makes threads wait for each other (measured in
`benchmarks/threads.py`). On the processor a run is one picture: a batch is no faster there, and
takes as many times the memory (measured in `benchmarks/batches.py`).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_state

from animeter.domain.errors import BundleError, SettingError

INPUT: Final = "image"
_INPUT_FORM: Final = (None, None, None, 3)
_CPU: Final = "CPUExecutionProvider"
_CUDA: Final = "CUDAExecutionProvider"
_ORT_ERRORS: Final = (
    RuntimeError,  # a provider whose libraries are missing
    ort_state.EPFail,
    ort_state.Fail,
    ort_state.InvalidArgument,
    ort_state.InvalidGraph,
    ort_state.InvalidProtobuf,
    ort_state.NotImplemented,
    ort_state.RuntimeException,
)

Form = Sequence[int | None]
"""The shape of an array; None for a size that is free."""


class Network:
    """A loaded network that takes uint8 RGB [N, H, W, 3]; safe to run from several threads.

    Args:
        model: content of the ONNX file.
        origin: what to call it in an error.
        outputs: the name and form of each output that is wanted; they are float.
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
        self,
        model: bytes,
        origin: str,
        outputs: Mapping[str, Form],
        providers: Sequence[str] | None = None,
    ) -> None:
        self._origin = origin
        wanted = _wanted_providers(providers)
        self._session = _start(model, origin, wanted)
        self.provider: str = self._session.get_providers()[0]
        self.provider_note = _provider_note(self.provider, wanted)
        if providers is not None and self.provider != wanted[0]:
            raise SettingError(
                f"{wanted[0]} was asked for (ANIMETER_PROVIDERS) but does not start here. Repair "
                f"its driver and libraries, or ask for {self.provider}."
            )
        self._check_input()
        self._check_outputs(outputs)

    def run(self, batch: NDArray[np.uint8], outputs: Sequence[str]) -> list[NDArray[np.float32]]:
        """Run the network on raw pixels.

        Args:
            batch: uint8 RGB [N, H, W, 3], any height and width, N at least 1.
            outputs: names of those to work out.

        Returns:
            Each of them, float32, as the network gives it for N pictures.

        Raises:
            ValueError: the array is of another form.
            BundleError: the network failed.
        """
        if batch.dtype != np.uint8 or batch.ndim != 4 or batch.shape[3] != 3 or 0 in batch.shape:
            raise ValueError(
                f"got an array of {batch.dtype} {list(batch.shape)}; wanted uint8 [N, H, W, 3] "
                "with N, H and W of at least 1"
            )
        at_once = 1 if self.provider == _CPU else len(batch)
        parts = [batch[start : start + at_once] for start in range(0, len(batch), at_once)]
        try:
            said = [self._session.run(list(outputs), {INPUT: part}) for part in parts]
            return [np.concatenate(each) for each in zip(*said, strict=True)]
        except (*_ORT_ERRORS, ValueError) as error:  # arrays that do not belong together
            raise BundleError(f"{self._origin} failed on a batch: {error}") from error

    def refuse(self, reason: str) -> NoReturn:
        """Raise what is raised of a network that is not of the agreed form."""
        raise BundleError(
            f"{self._origin} is not a network that animeter can run: {reason}. "
            "Export it with `animeter export`."
        )

    def _check_input(self) -> None:
        inputs = {node.name: node for node in self._session.get_inputs()}
        if set(inputs) != {INPUT}:
            self.refuse(f"its inputs are {sorted(inputs)}, wanted one called {INPUT!r}")
        image = inputs[INPUT]
        if image.type != "tensor(uint8)" or not _fits(image.shape, _INPUT_FORM):
            self.refuse(f"its input is {image.type} {image.shape}, wanted uint8 [N, H, W, 3]")
        if any(isinstance(size, int) for size in image.shape[:3]):
            self.refuse(
                f"its input is fixed to {image.shape}, wanted any number of images of any size"
            )

    def _check_outputs(self, outputs: Mapping[str, Form]) -> None:
        nodes = {node.name: node for node in self._session.get_outputs()}
        for name, form in outputs.items():
            if name not in nodes:
                self.refuse(f"it has no output {name!r}, only {sorted(nodes)}")
            node = nodes[name]
            if node.type != "tensor(float)" or not _fits(node.shape, form):
                shown = ["any" if size is None else size for size in form]
                self.refuse(
                    f"its output {name!r} is {node.type} {node.shape}, wanted float {shown}"
                )


def available_providers() -> list[str]:
    """Name the execution providers that this ONNX Runtime was built with."""
    return list(ort.get_available_providers())


def _start(model: bytes, origin: str, providers: list[str]) -> Any:
    """Load a network on the first provider that starts."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what matters is raised, or told by `provider_note`
    try:
        # ONNX Runtime's own way of falling back prints to standard output, among the data.
        return ort.InferenceSession(model, options, providers=providers, enable_fallback=0)
    except _ORT_ERRORS as error:
        if len(providers) > 1:
            return _start(model, origin, providers[1:])
        raise BundleError(
            f"ONNX Runtime {ort.__version__} cannot load {origin}: {error}. "
            "Export the model again, or update onnxruntime if the model is newer."
        ) from error


def _wanted_providers(asked: Sequence[str] | None) -> list[str]:
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


def _fits(shape: Sequence[object], form: Form) -> bool:
    """Say whether a declared shape, whose free sizes are names or None, can be of this form."""
    return len(shape) == len(form) and all(
        wanted is None or not isinstance(size, int) or size == wanted
        for size, wanted in zip(shape, form, strict=True)
    )
