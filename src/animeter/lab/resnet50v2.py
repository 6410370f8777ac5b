"""ResNet-50 v2 up to its third stage, as the ONNX model zoo has it (`resnet50v2`).

Source: He et al. 2016, "Identity Mappings in Deep Residual Networks": normalisation and
activation come before each convolution. timm's own has other key names and a fourth stage.
"""

from typing import Final

import torch
from torch import nn
from torch.nn import functional

_STAGES: Final = ((3, 256), (4, 512), (6, 1024))
_STEM: Final = 64


class _Block(nn.Module):
    def __init__(self, before: int, after: int, stride: int, *, first: bool) -> None:
        super().__init__()
        inner = after // 4
        self.bn1 = nn.BatchNorm2d(before)
        self.conv1 = nn.Conv2d(before, inner, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, stride, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, after, 1, bias=False)
        self.ds = nn.Conv2d(before, after, 1, stride, bias=False) if first else None

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        normal = functional.relu(self.bn1(features))
        shortcut = features if self.ds is None else self.ds(normal)
        inner = self.conv1(normal)
        inner = self.conv2(functional.relu(self.bn2(inner)))
        inner = self.conv3(functional.relu(self.bn3(inner)))
        summed: torch.Tensor = inner + shortcut
        return summed


class ResNet50V2Stage3(nn.Module):
    """The stem and three stages: 1,024 channels, a sixteenth of the picture's side."""

    num_features = _STAGES[-1][1]

    def __init__(self) -> None:
        super().__init__()
        self.bn0 = nn.BatchNorm2d(3)
        self.conv0 = nn.Conv2d(3, _STEM, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(_STEM)
        self.stages = nn.ModuleList()
        before = _STEM
        for number, (blocks, width) in enumerate(_STAGES):
            stage = nn.ModuleList()
            for block in range(blocks):
                stride = 2 if number > 0 and block == 0 else 1
                stage.append(_Block(before, width, stride, first=block == 0))
                before = width
            self.stages.append(stage)
        self.post = nn.BatchNorm2d(before)

    def forward_features(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return the last feature map."""
        features = self.conv0(self.bn0(pixels))
        features = functional.max_pool2d(functional.relu(self.bn1(features)), 3, 2, padding=1)
        for stage in self.stages:
            for block in stage:  # type: ignore[attr-defined]  # a ModuleList of ours
                features = block(features)
        return functional.relu(self.post(features))
