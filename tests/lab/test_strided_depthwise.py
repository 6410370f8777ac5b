"""Strided depthwise convolutions train in float32, and are otherwise what they were."""

import pytest
import timm
import torch
from torch import nn

from animeter.lab.strided_depthwise import StridedDepthwise, keep_strided_depthwise_in_float32


@pytest.fixture
def layer() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(8, 8, 3, 2, padding=1, groups=8, bias=False))


def _gradient(layer: nn.Module, features: torch.Tensor) -> torch.Tensor:
    features = features.clone().requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        layer(features).float().square().sum().backward()
    assert features.grad is not None
    return features.grad


def test_under_autocast_it_learns_as_float32_does(layer: nn.Sequential) -> None:
    features = torch.randn(2, 8, 9, 9)
    exact = features.clone().requires_grad_()
    layer(exact).square().sum().backward()
    rounded = _gradient(layer, features)
    keep_strided_depthwise_in_float32(layer)
    assert torch.equal(_gradient(layer, features), exact.grad)
    assert not torch.equal(rounded, exact.grad)


def test_where_nothing_is_learned_autocast_has_its_way(layer: nn.Sequential) -> None:
    keep_strided_depthwise_in_float32(layer)
    features = torch.randn(2, 8, 9, 9)
    with torch.autocast("cpu", torch.bfloat16):
        assert layer(features).dtype == torch.bfloat16
    assert layer(features).dtype == torch.float32


def test_only_depthwise_convolutions_with_a_stride_are_replaced_and_none_changes() -> None:
    backbone = timm.create_model("mobilenetv2_100", num_classes=0).eval()
    pixels = torch.randn(1, 3, 64, 64)
    before, keys = backbone.forward_features(pixels), list(backbone.state_dict())
    keep_strided_depthwise_in_float32(backbone)
    replaced = [name for name, m in backbone.named_modules() if isinstance(m, StridedDepthwise)]
    assert replaced == [f"blocks.{stage}.0.conv_dw" for stage in (1, 2, 3, 5)]
    assert torch.equal(backbone.forward_features(pixels), before)
    assert list(backbone.state_dict()) == keys
