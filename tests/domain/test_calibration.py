import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from animeter.domain.calibration import (
    TEMPERATURE_RANGE,
    apply_temperature,
    choose_thresholds,
    cross_fit_likeness,
    cross_fit_temperatures,
    fit_temperature,
    fit_temperatures,
)
from animeter.domain.metrics import expected_calibration_error

LOGIT = st.floats(-30.0, 30.0)
TEMPERATURE = st.floats(0.05, 20.0)


def drawn(
    temperature: float, rows: int = 20_000, seed: int = 3
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw logits whose true temperature is known."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(0.0, 3.0, rows)
    truth = generator.random(rows) < 1 / (1 + np.exp(-logits / temperature))
    return logits, truth.astype(np.float64)


@given(st.lists(LOGIT, min_size=2, unique=True).map(sorted), TEMPERATURE)
def test_a_temperature_keeps_the_order(logits: list[float], temperature: float) -> None:
    likeness = apply_temperature(logits, temperature)
    assert np.all(np.diff(likeness) >= 0)
    assert np.all((likeness >= 0) & (likeness <= 1))


@given(LOGIT, TEMPERATURE, TEMPERATURE)
def test_a_hotter_likeness_lies_nearer_to_one_half(logit: float, one: float, two: float) -> None:
    cold, hot = sorted((one, two))
    near, far = (abs(apply_temperature([logit], t)[0] - 0.5) for t in (hot, cold))
    assert near <= far + 1e-12


@given(LOGIT, TEMPERATURE)
def test_a_temperature_is_the_textbook_sigmoid(logit: float, temperature: float) -> None:
    expected = 1 / (1 + np.exp(-np.float64(logit) / temperature))
    assert apply_temperature([logit], temperature)[0] == pytest.approx(expected, abs=1e-12)


def test_no_logit_overflows() -> None:
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(apply_temperature([-1e6, 1e6], 0.05), [0.0, 1.0])


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
def test_finds_the_temperature_that_the_truth_was_drawn_with(temperature: float) -> None:
    logits, truth = drawn(temperature)
    assert fit_temperature(logits, truth) == pytest.approx(temperature, rel=0.05)


def test_the_fitted_temperature_is_the_likeliest() -> None:
    logits, truth = drawn(2.0, rows=500)

    def loss(temperature: float) -> float:
        scaled = logits / temperature
        return float(np.mean(np.logaddexp(0, scaled) - truth * scaled))

    best = fit_temperature(logits, truth)
    assert loss(best) <= min(loss(t) for t in np.geomspace(*TEMPERATURE_RANGE, 500)) + 1e-12


def test_calibration_calibrates() -> None:
    logits, truth = drawn(3.0)
    before = expected_calibration_error(apply_temperature(logits, 1.0), truth)
    after = expected_calibration_error(
        apply_temperature(logits, fit_temperature(logits, truth)), truth
    )
    assert before > 0.1
    assert after < 0.02


def test_separated_logits_end_at_the_range_and_not_at_zero() -> None:
    coldest, hottest = TEMPERATURE_RANGE
    assert fit_temperature([-1.0, 1.0], [0, 1]) == pytest.approx(coldest)
    assert fit_temperature([-1.0, 1.0], [1, 0]) == pytest.approx(hottest)


def test_cross_fitting_never_looks_at_its_own_fold() -> None:
    logits = np.stack([drawn(2.0, 600, seed)[0] for seed in (1, 2)], axis=1)
    truth = np.stack([drawn(2.0, 600, seed)[1] for seed in (1, 2)], axis=1)
    fold = np.arange(600) % 3
    fitted = cross_fit_temperatures(logits, truth, fold)
    assert sorted(fitted) == [0, 1, 2]
    np.testing.assert_allclose(fitted[0], fit_temperatures(logits[fold != 0], truth[fold != 0]))

    # Turning a fold's truth round changes the others' temperatures, and not its own.
    turned = np.where((fold == 0)[:, None], 1 - truth, truth)
    again = cross_fit_temperatures(logits, turned, fold)
    np.testing.assert_array_equal(again[0], fitted[0])
    assert np.all(again[1] > fitted[1])

    likeness = cross_fit_likeness(logits, truth, fold)
    for number, temperatures in fitted.items():
        rows = fold == number
        np.testing.assert_array_equal(likeness[rows], apply_temperature(logits[rows], temperatures))


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
    likeness = apply_temperature(logits, 1.0)
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
        fit_temperature([1.0], [1, 0])
    with pytest.raises(ValueError, match="one length"):
        fit_temperature([], [])
    with pytest.raises(ValueError, match="one length"):
        choose_thresholds([], [], 0.1)
    with pytest.raises(ValueError, match="one shape"):
        fit_temperatures([1.0], [1.0])
    with pytest.raises(ValueError, match="two folds"):
        cross_fit_temperatures([[1.0]], [[1.0]], [0])
