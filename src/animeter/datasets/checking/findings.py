"""What a check finds: kinds of flaws, and the pictures that have them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from animeter.datasets.checking.copies import Copies
from animeter.datasets.checking.entries import Entry
from animeter.datasets.checking.leaks import Leaks, part_name
from animeter.datasets.checking.looks import Look
from animeter.datasets.checking.measures import Measures
from animeter.domain.results import Failure

TINY_PX: Final = 64
"""A shorter side below this shows nothing of how a thing is drawn."""

FLAT: Final = 0.05
"""Contrast below which a picture is called blank."""

BLURRED: Final = 0.2
"""Sharpness below which a picture is called blurred: even its steepest edges take five pixels of
a picture of 320."""

FRAME_AREA: Final = 0.03
MUCH_TEXT: Final = 0.2
"""Shares set by eye on 1,500 pictures from web searches, posters, receipts and frames."""

FEW_PICTURES: Final = 5
UNBALANCED: Final = 10.0
"""How many times more pictures the largest label may have than the smallest."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of flaw.

    Attributes:
        title: what it is called.
        must_look: whether somebody must look before the pictures are used.
        why: what it does to whoever trains on it, and what to do.
    """

    title: str
    must_look: bool
    why: str


KINDS: Final = {
    "unreadable": Kind(
        "Files that cannot be read",
        True,
        "They are no pictures, or broken. Get them again, or leave them out.",
    ),
    "blank": Kind("Blank pictures", True, "One colour and nothing else. Leave them out."),
    "tiny": Kind(
        "Tiny pictures",
        True,
        f"A side below {TINY_PX} pixels: icons and thumbnails. Get larger ones, or leave them out.",
    ),
    "two_labels": Kind(
        "One picture under two labels",
        True,
        "Whichever label is right, the other teaches a mistake. Keep the right one.",
    ),
    "one_file_in_two_parts": Kind(
        "The same file on both sides of the split",
        True,
        "Whoever trains has seen the answer: figures on these pictures say nothing.",
    ),
    "one_picture_in_two_parts": Kind(
        "Nearly the same picture on both sides of the split",
        True,
        "Another size or compression of a picture that was trained on is no test.",
    ),
    "franchise_in_two_parts": Kind(
        "Franchises on both sides of the split",
        True,
        "A network recognises the show and is right without knowing why. Deal them anew with "
        "the verb data split, which keeps franchises together.",
    ),
    "label_missing_from_part": Kind(
        "Labels that a part lacks",
        True,
        "What is not there cannot be learned, or cannot be judged.",
    ),
    "shortcut": Kind(
        "The label can be told without looking at the drawing",
        True,
        "A network will learn the trick and fail elsewhere. Make the files of all labels alike.",
    ),
    "suspect_by_folds": Kind(
        "Labels that networks which never saw them doubt",
        False,
        "By confident learning on out-of-fold answers. A reason to look, not a proof.",
    ),
    "suspect_by_model": Kind(
        "Labels that the model doubts",
        False,
        "Hard pictures are doubted too. A reason to look, not a proof.",
    ),
    "copies": Kind(
        "Copies",
        False,
        "The same picture several times on one side counts for more than others.",
    ),
    "framed": Kind(
        "Page borders and bars",
        False,
        "A picture inside a page, or between bars: screen captures and letterboxes. Cut them.",
    ),
    "text": Kind(
        "Much writing, or lines as dense as writing",
        False,
        "Posters, pages and captions; crowds and hatching are sometimes taken for it.",
    ),
    "blurred": Kind("Blurred pictures", False, "Even their steepest edges are soft."),
    "few_pictures": Kind("Labels of few pictures", False, "Too few to learn from or to judge by."),
    "unbalanced": Kind(
        "Labels of very different sizes",
        False,
        "Plain accuracy will flatter whoever guesses the largest. Read balanced figures.",
    ),
    "kindred_names": Kind(
        "Franchises of kindred names in different parts",
        False,
        "Perhaps one franchise: then it should stand in one part.",
    ),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One thing found: a picture, several that belong together, or none."""

    pictures: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Finding:
    """All cases of a kind, at least one.

    Attributes:
        kind: a key of `KINDS`.
        cases: what was found, the worst first where there is an order.
    """

    kind: str
    cases: tuple[Case, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return what a report's JSON says of it."""
        kind = KINDS[self.kind]
        return {
            "kind": self.kind,
            "title": kind.title,
            "must_look": kind.must_look,
            "why": kind.why,
            "count": len(self.cases),
            "cases": [{"pictures": list(c.pictures), "note": c.note} for c in self.cases],
        }


def findings_of(
    entries: Sequence[Entry],
    looks: Sequence[Look],
    copies: Copies,
    leaks: Leaks,
    left_out: Sequence[Failure] = (),
) -> list[Finding]:
    """Gather what is wrong with pictures, one by one and together, in the order of `KINDS`.

    Args:
        entries: the pictures.
        looks: one a picture.
        copies: of the same pictures.
        leaks: between their parts.
        left_out: files that could not even become entries.
    """
    cases: dict[str, list[Case]] = {kind: [] for kind in KINDS}
    cases["unreadable"] = [Case((failure.path or "",), failure.message) for failure in left_out]
    for kind, number, note in _flaws(looks):
        cases[kind].append(Case((entries[number].name,), note))
    for kind, case in [*_of_groups(entries, copies), *_of_parts(entries, leaks)]:
        cases[kind].append(case)
    for kind, case in _of_balance(entries):
        cases[kind].append(case)
    return [Finding(kind, tuple(found)) for kind, found in cases.items() if found]


def why_unusable(look: Look) -> tuple[str, str] | None:
    """Return what makes a picture useless, as a key of `KINDS` and a note; None if nothing does."""
    if look.error:
        return "unreadable", look.problem
    if look.measures is not None and look.measures.contrast < FLAT:
        return "blank", f"contrast {look.measures.contrast:.0%}"
    if min(look.width_px, look.height_px) < TINY_PX:
        return "tiny", f"{look.width_px} x {look.height_px} px"
    return None


def _flaws(looks: Sequence[Look]) -> Iterator[tuple[str, int, str]]:
    """Find pictures with flaws of their own; of those by degree, the worst first."""
    for i, look in enumerate(looks):
        if flaw := why_unusable(look):
            kind, note = flaw
            yield kind, i, note
    yield from _by_degree(looks, "framed", _frame, lambda m: f"{m.frame:.0%} of it is frame")
    yield from _by_degree(looks, "text", _text, lambda m: f"{m.text:.0%} of it is writing")
    yield from _by_degree(looks, "blurred", _softness, lambda m: f"sharpness {m.sharpness:.2f}")


def _by_degree(
    looks: Sequence[Look],
    kind: str,
    degree: Callable[[Measures], float],
    note: Callable[[Measures], str],
) -> Iterator[tuple[str, int, str]]:
    degrees = [
        (-degree(look.measures), i, note(look.measures))
        for i, look in enumerate(looks)
        if look.measures is not None and look.measures.contrast >= FLAT
    ]
    yield from ((kind, i, said) for worse, i, said in sorted(degrees) if worse < 0)


def _frame(measures: Measures) -> float:
    return measures.frame if measures.frame >= FRAME_AREA else 0.0


def _text(measures: Measures) -> float:
    return measures.text if measures.text >= MUCH_TEXT else 0.0


def _softness(measures: Measures) -> float:
    return 1.0 - measures.sharpness if measures.sharpness < BLURRED else 0.0


def _of_groups(entries: Sequence[Entry], copies: Copies) -> Iterator[tuple[str, Case]]:
    """Find copies that contradict each other, and copies in one part."""
    for members in copies.groups():
        names = tuple(entries[i].name for i in members)
        alike = "one file" if copies.are_one_file(members) else "nearly the same"
        labels = sorted({entries[i].label for i in members} - {""})
        if len(labels) > 1:
            yield "two_labels", Case(names, f"{alike}: {', '.join(labels)}")
        elif len({entries[i].part for i in members} - {""}) < 2:
            yield "copies", Case(names, alike)


def _of_parts(entries: Sequence[Entry], leaks: Leaks) -> Iterator[tuple[str, Case]]:
    part_of = {entry.name: entry.part for entry in entries}
    for kind, groups in (
        ("one_file_in_two_parts", leaks.same_file),
        ("one_picture_in_two_parts", leaks.same_picture),
    ):
        for names in groups:
            parts = sorted({part_of[name] for name in names})
            yield kind, Case(names, " and ".join(map(part_name, parts)))
    counts = Counter((entry.group, entry.part) for entry in entries if entry.part)
    where: dict[str, list[str]] = {name: [] for name in leaks.split_franchises}
    for (name, part), pictures in sorted(counts.items()):
        if name in where:
            where[name].append(f"{pictures} in {part_name(part)}")
    for name, said in where.items():
        yield "franchise_in_two_parts", Case((), f"{name}: {', '.join(said)}")
    for sentence in leaks.missing_labels:
        yield "label_missing_from_part", Case((), sentence)
    for names in leaks.kindred_names:
        yield "kindred_names", Case((), " and ".join(names))
    if leaks.shortcut is not None and leaks.shortcut.is_too_easy:
        accuracy, chance = leaks.shortcut.balanced_accuracy, leaks.shortcut.chance
        yield (
            "shortcut",
            Case(
                (),
                f"file type, size, shape and colours alone: {accuracy:.0%} balanced accuracy, "
                f"by chance {chance:.0%}",
            ),
        )


def _of_balance(entries: Sequence[Entry]) -> Iterator[tuple[str, Case]]:
    counts = Counter(entry.label for entry in entries if entry.label)
    if len(counts) < 2:
        return
    ordered = counts.most_common()
    for label, pictures in reversed(ordered):
        if pictures < FEW_PICTURES:
            yield "few_pictures", Case((), f"{label}: {pictures}")
    (largest, most), (smallest, fewest) = ordered[0], ordered[-1]
    if most > UNBALANCED * fewest:
        yield "unbalanced", Case((), f"{largest}: {most:,}; {smallest}: {fewest:,}")
