"""Depthwise convolutions with a stride, kept in float32 where the rest trains in bfloat16.

On processors oneDNN has no fast bfloat16 form of their gradient with respect to the input and
falls back to one that is twenty to a hundred times slower than float32's: three such layers took
more than a third of a training step of MobileNetV2 (`benchmarks/training.py`). A GPU has no such
gap.
"""

import torch
from torch import nn


class StridedDepthwise(nn.Conv2d):
    """A convolution that leaves autocast on the processor where that gradient will be wanted."""

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return the convolved features."""
        on_processor = features.device.type == "cpu" and torch.is_autocast_enabled("cpu")
        if not (on_processor and features.requires_grad):
            return super().forward(features)
        with torch.autocast("cpu", enabled=False):
            return super().forward(features.float())


def keep_strided_depthwise_in_float32(backbone: nn.Module) -> None:
    """Replace a backbone's depthwise convolutions that have a stride, their weights kept."""
    for name, module in list(backbone.named_modules()):
        # Subclasses pad in ways of their own.
        if type(module) is nn.Conv2d and _is_depthwise(module) and max(module.stride) > 1:
            backbone.set_submodule(name, _float32_form(module))


def _is_depthwise(convolution: nn.Conv2d) -> bool:
    return convolution.groups == convolution.in_channels > 1


def _float32_form(convolution: nn.Conv2d) -> StridedDepthwise:
    form = StridedDepthwise(
        convolution.in_channels,
        convolution.out_channels,
        convolution.kernel_size,  # type: ignore[arg-type]  # a tuple of two, as it was given
        convolution.stride,  # type: ignore[arg-type]
        convolution.padding,  # type: ignore[arg-type]
        convolution.dilation,  # type: ignore[arg-type]
        convolution.groups,
        bias=convolution.bias is not None,
        padding_mode=convolution.padding_mode,
    )
    form.load_state_dict(convolution.state_dict())
    return form
