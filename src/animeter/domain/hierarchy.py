"""Scores that fit the tree of labels, and the answer that stops where it is no longer sure.

Each head reads its own labels off the embedding and knows nothing of the others. Here they are made
to agree: what stands under a label never gets more, all together, than the label itself. So a low
anime likeness keeps every anime series low, and a doubtful series keeps its characters doubtful.
The other way round nothing is raised: an unknown show is no less of an anime.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from animeter.domain.place import LEVELS, Place, Step
from animeter.domain.taxonomy import BRANCHES, Taxonomy
from animeter.domain.verdict import Verdict, VerdictRule

Scores = Mapping[str, float]

OTHER: Final = "other"
"""What a shipped head calls everything that has no label of its own."""

SURE: Final = 0.8
"""A calibrated score from which a label is named without a word of doubt."""

PROBABLE: Final = 0.5
"""A score from which a label is likelier right than wrong; below it the answer stops."""


@dataclass(frozen=True, slots=True)
class Consistent:
    """Scores that fit the tree.

    Attributes:
        style: anime and cartoon likeness, untouched.
        series: of the head `series`; adds up to what it did before. Empty without that head.
        character: of the head `character`, likewise.
    """

    style: Scores
    series: Scores
    character: Scores


def make_consistent(
    taxonomy: Taxonomy,
    anime: float,
    cartoon: float,
    series: Scores | None = None,
    character: Scores | None = None,
) -> Consistent:
    """Scale scores down, siblings together, until they fit under what they stand under.

    Args:
        taxonomy: the tree. Labels it does not know are left alone.
        anime: likeness in [0, 1].
        cartoon: likeness in [0, 1].
        series: scores of the head `series`, None where it was not read.
        character: scores of the head `character`, None where it was not read.

    Returns:
        The scores; what was taken from labels is given to `OTHER` where a head has that.
    """
    ceiling = {"anime": anime, "cartoon": cartoon, "borderline": max(anime, cartoon)}
    fitted_series = dict(series or {})
    for branch in BRANCHES:
        members = [
            label
            for label in fitted_series
            if (known := taxonomy.series.get(label)) is not None and known.branch == branch
        ]
        _fit_under(ceiling[branch], members, fitted_series)
    fitted_characters = dict(character or {})
    known_characters = [label for label in fitted_characters if label in taxonomy.characters]
    for shows, members in _families(taxonomy, known_characters):
        limits = {
            show: fitted_series[show]
            if show in fitted_series
            # A show that the head does not tell apart counts as much as its style.
            else ceiling[taxonomy.series[show].branch]
            for show in shows
        }
        for label in members:
            own = sum(limits[show] for show in taxonomy.series_with(label))
            _fit_under(own, [label], fitted_characters)
        _fit_under(sum(limits.values()), members, fitted_characters)
    return Consistent(
        style={"anime": anime, "cartoon": cartoon},
        series=_with_rest(fitted_series, series),
        character=_with_rest(fitted_characters, character),
    )


def place(
    taxonomy: Taxonomy,
    scores: Consistent,
    rule: VerdictRule,
    types: Scores | None = None,
    probable: float = PROBABLE,
) -> Place:
    """Go down the tree to the deepest label that is likelier right than wrong.

    Args:
        taxonomy: the tree.
        scores: made consistent.
        rule: the model's thresholds, which decide the first step.
        types: scores of the head `type`, for a character that the tree does not know.
        probable: the score below which the answer stops.
    """
    verdict = rule.decide(scores.style["anime"], scores.style["cartoon"])
    asked = tuple(level for level in LEVELS if level == "style" or getattr(scores, level))
    style = _style_step(scores.style, rule, verdict, probable)
    if style is None:
        return Place(verdict, (), asked)
    branches = {style.label, "borderline"}
    series = _best(
        scores.series,
        (name for name, known in taxonomy.series.items() if known.branch in branches),
        "series",
        probable,
    )
    character = _best(scores.character, taxonomy.characters, "character", probable)
    if character is not None:
        series = _above(taxonomy, scores.series, character, series)
    steps = tuple(step for step in (style, series, character) if step is not None)
    return Place(
        verdict,
        steps,
        asked,
        type=_type(taxonomy, series, character, types),
        demographic="" if series is None else taxonomy.series[series.label].demographic,
    )


def _style_step(style: Scores, rule: VerdictRule, verdict: Verdict, probable: float) -> Step | None:
    if verdict is Verdict.NEITHER:
        return None
    label = max(style, key=style.__getitem__)
    present = {"anime": rule.anime, "cartoon": rule.cartoon}[label].present(style[label])
    if present is not True and style[label] < probable:
        return None
    return Step(
        "style", label, style[label], sure=present is True and verdict is not Verdict.UNSURE
    )


def _best(scores: Scores, known: Iterable[str], level: str, probable: float) -> Step | None:
    found = [(scores[label], label) for label in known if label in scores]
    if not found:
        return None
    score, label = max(found)
    return Step(level, label, score, sure=score >= SURE) if score >= probable else None


def _above(taxonomy: Taxonomy, scores: Scores, character: Step, series: Step | None) -> Step | None:
    """Return the series above a named character: the likeliest, however sure, of its own."""
    shows = taxonomy.series_with(character.label)
    if series is not None and series.label in shows:
        return series
    likeliest = max(shows, key=lambda show: scores.get(show, 0.0))
    score = scores.get(likeliest)
    return None if score is None else Step("series", likeliest, score, sure=score >= SURE)


def _type(
    taxonomy: Taxonomy, series: Step | None, character: Step | None, types: Scores | None
) -> str:
    known = "" if character is None else taxonomy.characters[character.label].type
    if not known and series is not None:
        known = taxonomy.series[series.label].type
    if known or not types:
        return known
    likeliest = max(types, key=types.__getitem__)
    return likeliest if types[likeliest] >= PROBABLE and likeliest != OTHER else ""


def _fit_under(limit: float, members: Iterable[str], scores: dict[str, float]) -> None:
    """Scale some scores down together so that they add up to the limit at most."""
    labels = list(members)
    total = sum(scores[label] for label in labels)
    if total > limit:
        for label in labels:
            scores[label] *= limit / total


def _families(
    taxonomy: Taxonomy, characters: Iterable[str]
) -> list[tuple[tuple[str, ...], list[str]]]:
    """Group characters whose shows are the same or linked by a character that they share."""
    families: list[tuple[set[str], list[str]]] = []
    for label in characters:
        shows, members = set(taxonomy.series_with(label)), [label]
        apart = []
        for family in families:
            if family[0] & shows:
                shows |= family[0]
                members = family[1] + members
            else:
                apart.append(family)
        families = [*apart, (shows, members)]
    return [(tuple(sorted(shows)), members) for shows, members in families]


def _with_rest(fitted: dict[str, float], before: Scores | None) -> Scores:
    if before is not None and OTHER in fitted:
        fitted[OTHER] += sum(before.values()) - sum(fitted.values())
    return fitted
