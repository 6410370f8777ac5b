import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from animeter.domain.calibration import (
    OFFSET_LIMIT,
    TEMPERATURE_RANGE,
    Scaling,
    apply_scalings,
    choose_thresholds,
    cross_fit_likeness,
    fit_scaling,
    fit_scalings,
)
from animeter.domain.metrics import expected_calibration_error

LOGIT = st.floats(-30.0, 30.0)
TEMPERATURE = st.floats(0.05, 20.0)
OFFSET = st.floats(-5.0, 5.0)


def drawn(
    temperature: float, offset: float = 0.0, rows: int = 20_000, seed: int = 3
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw logits whose true scaling is known."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(0.0, 3.0, rows)
    truth = generator.random(rows) < 1 / (1 + np.exp(-logits / temperature - offset))
    return logits, truth.astype(np.float64)


@given(st.lists(LOGIT, min_size=2, unique=True).map(sorted), TEMPERATURE, OFFSET)
def test_a_scaling_keeps_the_order(logits: list[float], temperature: float, offset: float) -> None:
    likeness = Scaling(temperature, offset).likeness(logits)
    assert np.all(np.diff(likeness) >= 0)
    assert np.all((likeness >= 0) & (likeness <= 1))


@given(LOGIT, TEMPERATURE, TEMPERATURE)
def test_a_hotter_likeness_lies_nearer_to_one_half(logit: float, one: float, two: float) -> None:
    cold, hot = sorted((one, two))
    near, far = (abs(Scaling(t).likeness([logit])[0] - 0.5) for t in (hot, cold))
    assert near <= far + 1e-12


@given(LOGIT, TEMPERATURE, OFFSET)
def test_a_scaling_is_the_textbook_sigmoid(logit: float, temperature: float, offset: float) -> None:
    expected = 1 / (1 + np.exp(-np.float64(logit) / temperature - offset))
    found = Scaling(temperature, offset).likeness([logit])[0]
    assert found == pytest.approx(expected, abs=1e-12)


def test_no_logit_overflows() -> None:
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(Scaling(0.05).likeness([-1e6, 1e6]), [0.0, 1.0])


@pytest.mark.parametrize(
    ("temperature", "offset"), [(0.3, 0.0), (1.0, -1.0), (2.5, 0.7), (1.0, 0.0)]
)
def test_finds_the_scaling_that_the_truth_was_drawn_with(temperature: float, offset: float) -> None:
    found = fit_scaling(*drawn(temperature, offset))
    assert found.temperature == pytest.approx(temperature, rel=0.06)
    assert found.offset == pytest.approx(offset, abs=0.06)


def test_the_fitted_scaling_is_the_likeliest() -> None:
    logits, truth = drawn(2.0, 0.5, rows=500)

    def loss(scaling: Scaling) -> float:
        scaled = logits / scaling.temperature + scaling.offset
        return float(np.mean(np.logaddexp(0, scaled) - truth * scaled))

    grid = [
        Scaling(t, o) for t in np.geomspace(*TEMPERATURE_RANGE, 60) for o in np.linspace(-3, 3, 61)
    ]
    assert loss(fit_scaling(logits, truth)) <= min(map(loss, grid)) + 1e-12


def test_calibration_calibrates() -> None:
    logits, truth = drawn(3.0, -0.5)
    before = expected_calibration_error(Scaling().likeness(logits), truth)
    after = expected_calibration_error(fit_scaling(logits, truth).likeness(logits), truth)
    assert before > 0.1
    assert after < 0.02


def test_separated_or_onesided_logits_end_at_the_range() -> None:
    coldest, hottest = TEMPERATURE_RANGE
    assert fit_scaling([-1.0, 1.0], [0, 1]).temperature == pytest.approx(coldest)
    assert fit_scaling([-1.0, 1.0], [1, 0]).temperature == pytest.approx(hottest)
    assert abs(fit_scaling([-1.0, 1.0], [1, 1]).offset) <= OFFSET_LIMIT


def test_a_temperature_is_above_zero() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Scaling(temperature=0.0)


def test_cross_fitting_never_looks_at_its_own_fold() -> None:
    logits = np.stack([drawn(2.0, rows=600, seed=seed)[0] for seed in (1, 2)], axis=1)
    truth = np.stack([drawn(2.0, rows=600, seed=seed)[1] for seed in (1, 2)], axis=1)
    fold = np.arange(600) % 3
    likeness = cross_fit_likeness(logits, truth, fold)
    for number in range(3):
        own = fold == number
        scalings = fit_scalings(logits[~own], truth[~own])
        np.testing.assert_allclose(likeness[own], apply_scalings(logits[own], scalings))

    # Turning a fold's truth round changes the others' likenesses, and not its own.
    turned = cross_fit_likeness(logits, np.where((fold == 0)[:, None], 1 - truth, truth), fold)
    np.testing.assert_array_equal(turned[fold == 0], likeness[fold == 0])
    assert not np.allclose(turned[fold == 1], likeness[fold == 1])


LABELLED = st.lists(
    st.tuples(st.floats(0.0, 1.0), st.integers(0, 1)), min_size=1, max_size=100
).map(lambda rows: (np.array([r[0] for r in rows]), np.array([r[1] for r in rows])))


@given(LABELLED, st.floats(0.0, 1.0))
def test_thresholds_keep_the_error_they_were_asked_for_where_they_leave_a_gap(
    rows: tuple[NDArray[np.float64], NDArray[np.int64]], target_error: float
) -> None:
    likeness, truth = rows
    thresholds = choose_thresholds(likeness, truth, target_error)
    present, absent = truth[likeness >= thresholds.high], truth[likeness <= thresholds.low]
    if thresholds.low == thresholds.high:
        return  # every picture is decided; the next test speaks of that
    # At the very ends of [0, 1] a threshold stands where none could keep the error.
    if present.size and thresholds.high < 1.0:
        assert np.mean(present == 0) <= target_error + 1e-9
    if absent.size and thresholds.low > 0.0:
        assert np.mean(absent == 1) <= target_error + 1e-9


def test_thresholds_of_a_known_case() -> None:
    likeness = np.array([0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9])
    truth = np.array([0, 0, 0, 1, 0, 1, 1, 1])
    thresholds = choose_thresholds(likeness, truth, target_error=0.0)
    assert (thresholds.low, thresholds.high) == (0.3, 0.7)


def test_a_looser_target_decides_more() -> None:
    logits, truth = drawn(1.0, rows=4000)
    likeness = Scaling().likeness(logits)
    strict, loose = (choose_thresholds(likeness, truth, target) for target in (0.02, 0.06))
    assert strict.low < loose.low <= loose.high < strict.high


def test_where_all_can_be_decided_one_threshold_serves() -> None:
    likeness = np.array([0.1, 0.2, 0.3, 0.7, 0.8, 0.9])
    truth = np.array([0, 0, 0, 1, 1, 1])
    thresholds = choose_thresholds(likeness, truth, target_error=0.4)
    assert thresholds.low == thresholds.high == 0.7


@pytest.mark.parametrize("target_error", [-0.1, 1.5, float("nan")])
def test_refuses_an_error_share_that_is_none(target_error: float) -> None:
    with pytest.raises(ValueError, match="target_error"):
        choose_thresholds([0.1, 0.9], [0, 1], target_error)


def test_refuses_arrays_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="one length"):
        fit_scaling([1.0], [1, 0])
    with pytest.raises(ValueError, match="one length"):
        fit_scaling([], [])
    with pytest.raises(ValueError, match="one length"):
        choose_thresholds([], [], 0.1)
    with pytest.raises(ValueError, match="one shape"):
        fit_scalings([1.0], [1.0])
    with pytest.raises(ValueError, match="two folds"):
        cross_fit_likeness([[1.0]], [[1.0]], [0])
