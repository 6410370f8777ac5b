"""Scores exported models over a manifest: as it is, disturbed, on mosaics and on borderline shows.

Two ways: one bundle judges every picture, or each fold's bundle judges the fold it never saw and
the parts are put together (out of fold). This file gathers what the models said; what follows
from it stands in `lab/summary.py`, and torch is nowhere near.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from animeter.datasets.manifest import BORDERLINE, ManifestRow
from animeter.domain.errors import AnimeterError, BundleError, ManifestError, RecipeError
from animeter.inference.classifier import Classifier, load
from animeter.lab.disturbances import ROBUSTNESS
from animeter.lab.mosaics import SHEETS_A_KIND, Sheet, plan_sheets
from animeter.lab.scoring import Score, Task, likeness_of, score
from animeter.media.images import read_image

UNDISTURBED = "undisturbed"


@dataclass(frozen=True, slots=True)
class Judge:
    """A bundle and what it may judge.

    Attributes:
        name: of its ledgers, such as `fold-0`.
        bundle: a bundle's folder or a model's name; None is the built-in model.
        fold: the one fold it judges; None where it judges every picture.
    """

    name: str
    bundle: Path | str | None
    fold: int | None = None


class Watch(Protocol):
    """Whoever wants to see the work go on."""

    def expect(self, pictures: int) -> None:
        """Hear how many pictures there will be in all."""

    def begin(self, stage: str) -> None:
        """Hear what is being done now."""

    def advance(self, pictures: int) -> None:
        """Hear how many more pictures are done."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What the report says of a model that judged."""

    judge: str
    name: str
    version: str
    sha256: str
    size_bytes: int
    input_px: int
    fitted_on: str
    scaling: dict[str, dict[str, float]]
    thresholds: dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Scored:
    """Pictures of the manifest and what was said of them, in one order."""

    rows: list[ManifestRow] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)

    @property
    def likeness(self) -> NDArray[np.float64]:
        """[N, 2]; NaN where the picture could not be read."""
        return likeness_of(self.scores)

    def add(self, rows: Sequence[ManifestRow], scores: Sequence[Score]) -> None:
        """Append the pictures that one judge answered for."""
        self.rows.extend(rows)
        self.scores.extend(scores)

    def keep(self, wanted: Callable[[ManifestRow], bool]) -> "Scored":
        """Return the readable pictures that are wanted."""
        kept = [
            (row, entry)
            for row, entry in zip(self.rows, self.scores, strict=True)
            if entry.error is None and wanted(row)
        ]
        return Scored([row for row, _ in kept], [entry for _, entry in kept])


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that was asked and answered.

    Attributes:
        out_of_fold: whether each picture was judged by a model that never saw its fold.
        models: who judged.
        scored: every picture with a style of the three, in the judges' order.
        disturbed: for each disturbance, the counted pictures.
        borderline: borderline pictures; likenesses averaged over the judges.
        sheets: mosaics and their scores.
    """

    out_of_fold: bool
    models: list[ModelFacts]
    scored: Scored
    disturbed: dict[str, Scored]
    borderline: Scored
    sheets: list[tuple[Sheet, Score]]

    @property
    def counted(self) -> Scored:
        """The pictures that figures are made of."""
        return self.scored.keep(lambda row: row.is_counted)


def judges_of_folds(run: Path, folds: Sequence[int]) -> list[Judge]:
    """Find the bundle of every fold in a run's folder.

    Raises:
        RecipeError: a fold's bundle is missing.
    """
    judges = [Judge(f"fold-{fold}", run / f"fold-{fold}" / "bundle", fold) for fold in folds]
    missing = [str(judge.bundle) for judge in judges if not _is_bundle(judge.bundle)]
    if missing:
        raise RecipeError(
            f"The run {run} lacks {', '.join(missing)}. Wanted a bundle for each of the folds "
            f"{list(folds)}: finish the run with 'animeter train RECIPE --folds', "
            "or name the folds that are done with --fold."
        )
    return judges


def folds_of(rows: Sequence[ManifestRow]) -> list[int]:
    """Return the folds that occur.

    Raises:
        ManifestError: none does, or a drawn franchise stands in two.
    """
    folds = sorted({row.fold for row in rows if row.fold is not None})
    if not folds:
        raise ManifestError(
            "The manifest gives no picture a fold. Out-of-fold figures need the column 'fold'; "
            "without it, name one model with --model."
        )
    home: dict[str, int] = {}
    for row in rows:
        # What is not drawn may share a name with a show: a film with actors teaches no drawing.
        if row.fold is None or row.style == "neither":
            continue
        if home.setdefault(row.franchise, row.fold) != row.fold:
            raise ManifestError(
                f"The franchise {row.franchise!r} stands in the folds {home[row.franchise]} and "
                f"{row.fold}, so a model would be judged on drawings it has seen. "
                "Give all pictures of a franchise one fold."
            )
    return folds


def evaluate(
    rows: Sequence[ManifestRow],
    judges: Sequence[Judge],
    output: Path,
    robustness: bool = True,
    watch: Watch | None = None,
) -> Evaluation:
    """Let every judge score its pictures; scores kept in `output` by an earlier call are reused.

    Args:
        rows: the manifest.
        judges: who judges which fold.
        output: folder of the ledgers.
        robustness: whether to score the disturbed pictures too.
        watch: told of the progress.

    Raises:
        ManifestError: there is no picture that a judge may judge.
        BundleError: a bundle cannot be used, or was trained as another fold's.
    """
    borderline = [row for row in rows if row.style == BORDERLINE]
    parts = [_part_of(judge, rows) for judge in judges]
    stages = tuple(ROBUSTNESS) if robustness else ()
    if watch is not None:
        counted = sum(len(part.counted) for part in parts)
        own = sum(len(part.rows) + len(part.sheets) + len(borderline) for part in parts)
        watch.expect(own + counted * len(stages))
    result = Evaluation(judges[0].fold is not None, [], Scored(), {}, Scored(), [])
    answers: list[list[Score]] = []
    for part in parts:
        desk = _Desk(_load(part.judge), part.judge.name, output / "scores", watch)
        result.models.append(_facts(desk.classifier, part.judge.name))
        result.scored.add(part.rows, desk.score(UNDISTURBED, part.rows))
        answers.append(desk.score(BORDERLINE, borderline))
        result.sheets.extend(desk.score_sheets(part.sheets))
        for name in stages:
            scores = desk.score(name, part.counted)
            result.disturbed.setdefault(name, Scored()).add(part.counted, scores)
    result.borderline.add(borderline, _averaged(answers))
    return result


@dataclass(frozen=True, slots=True)
class _Part:
    """What one judge is asked."""

    judge: Judge
    rows: list[ManifestRow]
    counted: list[ManifestRow]
    sheets: list[Sheet]


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where one judge sits: hands tasks to its model and files the answers."""

    classifier: Classifier
    judge: str
    folder: Path
    watch: Watch | None

    def score(self, stage: str, rows: Sequence[ManifestRow]) -> list[Score]:
        disturb = ROBUSTNESS.get(stage)
        tasks = [
            Task(
                row.name,
                partial(_whole, row.path) if disturb is None else partial(_read, row.path, disturb),
            )
            for row in rows
        ]
        return self._ask(stage, tasks, _strength(disturb))

    def score_sheets(self, sheets: Sequence[Sheet]) -> list[tuple[Sheet, Score]]:
        tasks = [sheet.task(number) for number, sheet in enumerate(sheets)]
        parts = "\n".join(str(sheet) for sheet in sheets)
        scores = self._ask("mosaics", tasks, hashlib.sha256(parts.encode()).hexdigest())
        return [pair for pair in zip(sheets, scores, strict=True) if pair[1].error is None]

    def _ask(self, stage: str, tasks: Sequence[Task], strength: str) -> list[Score]:
        if self.watch is not None:
            self.watch.begin(f"{self.judge} {stage.replace('_', ' ')}")
        keys = "\n".join(task.key for task in tasks)
        asked: dict[str, Any] = {
            "model": self.classifier.bundle.spec.sha256,
            "thresholds": self.classifier.bundle.spec.thresholds.model_dump(),
            "pictures": hashlib.sha256(keys.encode()).hexdigest(),
            "stage": stage,
            "strength": strength,
        }
        ledger = self.folder / stage / f"{self.judge}.jsonl"
        advance = None if self.watch is None else self.watch.advance
        return score(self.classifier, tasks, ledger, asked, advance)


def _whole(path: Path) -> Path:
    return path


def _read(path: Path, disturb: Callable[[Image.Image], Image.Image]) -> Path | Image.Image:
    """Read and disturb; a file that cannot be read goes on as its path, to fail by its name."""
    try:
        image = read_image(path)
    except AnimeterError:
        return path
    return disturb(Image.fromarray(image.rgb))


def _strength(disturb: Callable[..., Any] | None) -> str:
    """Describe a disturbance's parameters, so that other ones make a ledger stale."""
    if isinstance(disturb, partial):
        return repr(sorted(disturb.keywords.items()))
    return ""


def _is_bundle(folder: Path | str | None) -> bool:
    return folder is not None and (Path(folder) / "model.json").is_file()


def _load(judge: Judge) -> Classifier:
    classifier = load(judge.bundle)
    trained_as = classifier.bundle.spec.training.get("part", judge.name)
    if judge.fold is not None and trained_as != judge.name:
        raise BundleError(
            f"{judge.bundle} says that it was trained as {trained_as!r}, so it may have seen the "
            f"pictures of {judge.name}. Finish the run with 'animeter train RECIPE --folds'."
        )
    return classifier


def _part_of(judge: Judge, rows: Sequence[ManifestRow]) -> _Part:
    in_fold = [row for row in rows if judge.fold is None or row.fold == judge.fold]
    own = [row for row in in_fold if row.style != BORDERLINE]
    counted = [row for row in own if row.is_counted]
    if not counted:
        wanted = "" if judge.fold is None else f" and fold {judge.fold}"
        raise ManifestError(
            f"No picture of the manifest is for {judge.name}. "
            f"Wanted rows with style anime, cartoon or neither{wanted}; check these columns."
        )
    files: dict[str, list[Path]] = {}
    for row in counted:
        files.setdefault(row.style, []).append(row.path)
    most = SHEETS_A_KIND * (5 if judge.fold is None else 1)
    sheets = plan_sheets(files, seed=judge.fold or 0, sheets=min(most, 1 + len(own) // 10))
    return _Part(judge, own, counted, sheets)


def _averaged(answers: Sequence[Sequence[Score]]) -> list[Score]:
    """Average the judges' likenesses picture by picture; the verdict is then nobody's."""
    merged = []
    for of_picture in zip(*answers, strict=True):
        first = of_picture[0]
        anime = float(np.mean([entry.anime for entry in of_picture]))
        cartoon = float(np.mean([entry.cartoon for entry in of_picture]))
        verdict = first.verdict if len(of_picture) == 1 else ""
        merged.append(Score(first.key, anime, cartoon, verdict, first.error))
    return merged


def _facts(classifier: Classifier, judge: str) -> ModelFacts:
    spec = classifier.bundle.spec
    return ModelFacts(
        judge=judge,
        name=spec.name,
        version=spec.version,
        sha256=spec.sha256,
        size_bytes=classifier.bundle.size_bytes,
        input_px=spec.input.size_px,
        fitted_on=spec.calibration.fitted_on,
        scaling=spec.calibration.model_dump(include={"anime", "cartoon"}),
        thresholds=spec.thresholds.model_dump(),
    )
