"""Which pictures deserve a second look."""

import pytest

from animeter.domain.doubt import doubt


@pytest.mark.parametrize(
    ("sure", "unsure"),
    [
        ((0.99, 0.01), (0.6, 0.4)),  # anime against hard to say
        ((0.01, 0.02), (0.5, 0.0)),  # a photo against half a drawing
        ((0.9, 0.05), (0.95, 0.93)),  # one against both
    ],
)
def test_close_likenesses_are_doubtful(
    sure: tuple[float, float], unsure: tuple[float, float]
) -> None:
    assert 0.0 <= doubt(*sure) < 0.3
    assert 0.7 < doubt(*unsure) <= 1.0


def test_what_the_model_denies_is_doubtful_however_sure_it_is() -> None:
    assert doubt(0.99, 0.01, "cartoon") == pytest.approx(0.99)
    assert doubt(0.99, 0.01, "neither") == pytest.approx(1.0)
    assert doubt(0.99, 0.01, "anime") == doubt(0.99, 0.01)
    assert doubt(0.99, 0.01, "borderline") == doubt(0.99, 0.01)
