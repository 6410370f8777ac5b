"""How much a picture deserves a second look by a person."""


def doubt(anime: float, cartoon: float, filed_style: str = "") -> float:
    """Say how little a model's likenesses settle the style of a picture, in [0, 1].

    As in `domain.verdict.forced_style`, two calibrated likenesses are shares, and what they leave
    of 1 is neither's. The doubt is 1 less the distance between the two largest shares; where
    somebody filed the picture under a style, it is no less than what the model denies that style.

    Args:
        anime: anime likeness.
        cartoon: cartoon likeness.
        filed_style: what the picture is filed under; anything but the three styles says nothing.
    """
    shares = {"anime": anime, "cartoon": cartoon, "neither": max(0.0, 1.0 - anime - cartoon)}
    largest, second, _ = sorted(shares.values(), reverse=True)
    unsettled = 1.0 - (largest - second)
    denied = 1.0 - shares.get(filed_style, 1.0)
    return max(unsettled, denied)
