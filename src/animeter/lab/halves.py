"""A picture asked as a whole and by its halves, so that two styles side by side are both seen.

The mean over a feature map gives half a picture half a say: a sheet of anime beside cartoon comes
out in the middle of both. The soft maximum of the whole and of its four halves comes out near what
the half that shows most says, and where all agree it is what they agree on. Source: log-sum-exp
pooling, Pinheiro and Collobert 2015, "From Image-level to Pixel-level Labeling".
"""

import math

import torch


def whole_or_half(activation: torch.Tensor) -> torch.Tensor:
    """Return the soft maximum, over the whole and its halves, of the mean activation.

    Args:
        activation: [N, K, h, w].

    Returns:
        [N, K]; the log of the mean of the exponentials. A half of an odd side has the middle too.
    """
    high, wide = ((side + 1) // 2 for side in activation.shape[-2:])
    parts = (
        activation,
        activation[..., :high, :],
        activation[..., -high:, :],
        activation[..., :wide],
        activation[..., -wide:],
    )
    answers = torch.stack([part.mean((2, 3)) for part in parts], dim=-1)
    return answers.logsumexp(-1) - math.log(len(parts))
