"""The tree that labels stand in: style over series over character, with what is known of each.

A series stands under one style; a character stands under one series or several (shows share their
heroes). Type and demographic are attributes, not branches: a demographic is a fact about the
magazine that a series ran in, which no picture shows. This file does not read files.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from animeter.domain.errors import TaxonomyError

BRANCHES = ("anime", "cartoon", "borderline")
"""What a series can stand under; `borderline` is for what neither camp accepts whole."""

TYPES = ("male", "female", "nonhuman")
"""The types of a character."""

DEMOGRAPHICS = ("shounen", "shoujo", "seinen", "josei", "kodomo")
"""Whom the magazine of a series is for: boys, girls, men, women, children."""

FORMAT_VERSION = 1

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]
Demographic = Literal["", "shounen", "shoujo", "seinen", "josei", "kodomo"]
CharacterType = Literal["", "male", "female", "nonhuman"]


@dataclass(frozen=True, slots=True)
class Character:
    """A character.

    Attributes:
        name: as a head's label gives it.
        type: one of `TYPES`, empty if unknown.
    """

    name: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """A show or film.

    Attributes:
        name: as a head's label gives it.
        branch: one of `BRANCHES`.
        demographic: one of `DEMOGRAPHICS`, empty if unknown or if it has none.
        type: the type of all its characters where it has but one kind, else empty.
        also: other spellings of its name.
        characters: names of those that stand under it.
    """

    name: str
    branch: str
    demographic: str = ""
    type: str = ""
    also: tuple[str, ...] = ()
    characters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """A tree of labels.

    Attributes:
        series: by name, in the order of the file.
        characters: by name.

    Raises:
        TaxonomyError: a spelling belongs to two series.
    """

    series: Mapping[str, Series]
    characters: Mapping[str, Character]
    _spellings: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _shows: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        spellings: dict[str, str] = {}
        shows: dict[str, tuple[str, ...]] = {}
        for one in self.series.values():
            for spelling in (one.name, *one.also):
                owner = spellings.setdefault(_folded(spelling), one.name)
                if owner != one.name:
                    raise TaxonomyError(
                        f"{spelling!r} is a name of two series, {owner!r} and {one.name!r}. "
                        "Take it out of one of them."
                    )
            for character in one.characters:
                shows[character] = (*shows.get(character, ()), one.name)
        object.__setattr__(self, "_spellings", spellings)
        object.__setattr__(self, "_shows", shows)

    @classmethod
    def from_document(cls, document: object, origin: str) -> "Taxonomy":
        """Check a parsed file.

        Args:
            document: what the YAML parser gave.
            origin: what to call the file in errors.

        Raises:
            TaxonomyError: the file is of another form.
        """
        try:
            parsed = _Document.model_validate(document)
        except ValidationError as error:
            raise TaxonomyError(f"{origin} is not a taxonomy: {_first_problem(error)}") from error
        try:
            return _joined(parsed)
        except TaxonomyError as error:
            raise TaxonomyError(f"{origin}: {error}") from error

    def to_document(self) -> dict[str, Any]:
        """Return what `from_document` takes, with nothing that is empty."""
        branches: dict[str, Any] = {}
        for one in self.series.values():
            characters = {
                name: {"type": self.characters[name].type} if self.characters[name].type else {}
                for name in one.characters
            }
            facts = {
                "demographic": one.demographic,
                "type": one.type,
                "also": list(one.also),
                "characters": characters,
            }
            filled = {key: value for key, value in facts.items() if value}
            branches.setdefault(one.branch, {})[one.name] = filled
        ordered = {branch: branches[branch] for branch in BRANCHES if branch in branches}
        return {"format_version": FORMAT_VERSION, **ordered}

    def find_series(self, name: str) -> Series | None:
        """Return a series by any of its spellings, whatever the case; None if it is unknown."""
        owner = self._spellings.get(_folded(name))
        return None if owner is None else self.series[owner]

    def series_with(self, character: str) -> tuple[str, ...]:
        """Return the names of the series that a character stands under."""
        return self._shows.get(character, ())

    def extended_by(self, other: "Taxonomy") -> "Taxonomy":
        """Put another tree over this one; what it says of a series or character wins.

        Attributes that the other leaves empty are kept, spellings and characters are added.

        Raises:
            TaxonomyError: together they give one spelling to two series.
        """
        series = dict(self.series)
        for theirs in other.series.values():
            ours = self.find_series(theirs.name)
            name = theirs.name if ours is None else ours.name
            series[name] = theirs if ours is None else _overlaid(ours, theirs)
        characters = dict(self.characters)
        for character in other.characters.values():
            known = characters.get(character.name)
            if known is None or character.type:
                characters[character.name] = character
        return Taxonomy(series, characters)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _CharacterFacts(_Strict):
    type: CharacterType = ""


class _SeriesFacts(_Strict):
    demographic: Demographic = ""
    type: CharacterType = ""
    also: list[Name] = []
    characters: dict[Name, _CharacterFacts | None] = {}


_Branch = dict[Name, _SeriesFacts | None]


class _Document(_Strict):
    format_version: Literal[1]
    anime: _Branch = {}
    cartoon: _Branch = {}
    borderline: _Branch = {}

    def rows(self) -> Iterator[tuple[str, str, _SeriesFacts]]:
        """Yield branch, series and facts, in the order of the file."""
        for branch in BRANCHES:
            series: _Branch = getattr(self, branch)
            for name, facts in series.items():
                yield branch, name, facts or _SeriesFacts()


def _joined(document: _Document) -> Taxonomy:
    series: dict[str, Series] = {}
    characters: dict[str, Character] = {}
    for branch, name, facts in document.rows():
        if name in series:
            raise TaxonomyError(
                f"{name!r} stands under {series[name].branch} and under {branch}. Keep one."
            )
        series[name] = Series(
            name=name,
            branch=branch,
            demographic=facts.demographic,
            type=facts.type,
            also=tuple(facts.also),
            characters=tuple(facts.characters),
        )
        for character in _characters(facts):
            known = characters.get(character.name, character)
            if known.type and character.type and known.type != character.type:
                raise TaxonomyError(
                    f"the character {known.name!r} is {known.type} in one series and "
                    f"{character.type} in another. Two characters need two names."
                )
            characters[character.name] = character if character.type else known
    return Taxonomy(series, characters)


def _characters(facts: _SeriesFacts) -> Iterator[Character]:
    for name, known in facts.characters.items():
        yield Character(name, facts.type if known is None else known.type or facts.type)


def _overlaid(ours: Series, theirs: Series) -> Series:
    return replace(
        ours,
        branch=theirs.branch,
        demographic=theirs.demographic or ours.demographic,
        type=theirs.type or ours.type,
        also=_without_repeats(
            name for name in (*ours.also, *theirs.also, theirs.name) if name != ours.name
        ),
        characters=_without_repeats((*ours.characters, *theirs.characters)),
    )


def _without_repeats(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _first_problem(error: ValidationError) -> str:
    problem = error.errors()[0]
    place = " > ".join(str(part) for part in problem["loc"] if part != "[key]") or "the file"
    said = problem["msg"].replace(f"valid dictionary or instance of {_Document.__name__}", "table")
    return f"at {place}: {said}, got {problem['input']!r:.80}."
