"""How far two people agree, beyond what guessing alone would make them agree."""

from collections import Counter
from collections.abc import Sequence


def cohen_kappa(first: Sequence[str], second: Sequence[str]) -> float:
    """Return Cohen's kappa of two people's answers to the same questions.

    1 is full agreement, 0 what two people would reach who guess, each as often as they gave each
    answer; below 0 they agree less than that. It is `nan` for no answers, and where both gave one
    and the same answer throughout: then guessing would have agreed too, and nothing is known.

    Source: Cohen 1960, "A Coefficient of Agreement for Nominal Scales".

    Args:
        first: [N] one person's answers.
        second: [N] the other's, in the same order.

    Raises:
        ValueError: they are not as many.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} answers against {len(second)}: wanted as many")
    count = len(first)
    if count == 0:
        return float("nan")
    same = sum(one == other for one, other in zip(first, second, strict=True))
    ours, theirs = Counter(first), Counter(second)
    by_chance = sum(times * theirs[answer] for answer, times in ours.items())
    # In whole numbers up to the end, so that full agreement is exactly 1.
    beyond = count * count - by_chance
    return (count * same - by_chance) / beyond if beyond else float("nan")
