"""Groups of near-duplicates."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from animeter.domain.alike import group_alike, group_pairs


def unit(degrees: float) -> list[float]:
    return [float(np.cos(np.radians(degrees))), float(np.sin(np.radians(degrees)))]


def test_links_reach_through_others_but_not_across_labels() -> None:
    # 15 degrees apart is a cosine of 0.966, 30 degrees one of 0.866.
    table = np.array([unit(d) for d in (0, 90, 15, 30, 45, 2)], dtype=np.float32)
    labels = ["a", "a", "a", "a", "b", "b"]
    assert group_alike(table, labels).tolist() == [0, 1, 0, 0, 4, 5]


def test_a_long_chain_out_of_order_is_one_group() -> None:
    order = np.random.default_rng(0).permutation(3000)
    table = np.array([unit(step * 0.1) for step in order], dtype=np.float32)
    assert set(group_alike(table, ["a"] * 3000, bound=0.9999)) == {0}


def test_nothing_gives_nothing() -> None:
    assert group_alike(np.empty((0, 4), np.float32), []).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20))
def test_pairs_link_through_others(pairs: list[tuple[int, int]]) -> None:
    group = list(range(12))
    for _ in range(12):  # as slowly and plainly as can be
        for one, other in pairs:
            group[one] = group[other] = min(group[one], group[other])
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    assert group_pairs(12, table).tolist() == group
