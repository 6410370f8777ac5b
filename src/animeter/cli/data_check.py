"""The verbs `data check` and `data split`: what is wrong with pictures, and a fair split."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from animeter.cli import options
from animeter.cli.progress import ProgressLine
from animeter.cli.table import printable, tell

_PARTS = {2: ("train", "test"), 3: ("train", "val", "test")}

Source = Annotated[
    Path,
    typer.Argument(
        help="A manifest (CSV with a column `path`), a folder whose folders are labels, or a "
        "folder of such folders called train, test...",
        show_default=False,
    ),
]
Label = Annotated[
    str | None,
    typer.Option(
        help="The column that holds the label. Default: style, label, series or character.",
        show_default=False,
    ),
]
Group = Annotated[
    str | None,
    typer.Option(
        help="The column of what must stay on one side of the split. Default: franchise or series.",
        show_default=False,
    ),
]


def check(  # noqa: PLR0913, PLR0917  (a verb's options are its parameters)
    source: Source,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder of the report, and of what was seen.")
    ] = Path("data-check"),
    label: Label = None,
    split: Annotated[
        str | None,
        typer.Option(
            help="The column of the fold or the side of the split. Default: split or fold.",
            show_default=False,
        ),
    ] = None,
    group: Group = None,
    fix: Annotated[
        Path | None,
        typer.Option(
            help="Write a manifest without what cannot be read, is blank, tiny, there twice or "
            "under two labels. Pictures are never touched.",
            show_default=False,
        ),
    ] = None,
    model: options.Model = None,
    ask_model: Annotated[
        bool, typer.Option(help="Ask the model which labels it doubts: the slowest part.")
    ] = True,
    folds_run: Annotated[
        Path | None,
        typer.Option(
            help="The folder of a run of `train --folds`, whose networks are asked as well.",
            show_default=False,
        ),
    ] = None,
    pictures: Annotated[bool, typer.Option(help="Show pictures in the report.")] = True,
) -> None:
    """What is wrong with pictures, before anybody trains on them?

    Finds what cannot be read, is blank, tiny, blurred, framed or full of writing; copies, also
    nearly the same ones; leaks between the sides of a split; labels to doubt, to balance, or that
    the files alone give away. Writes report.html and report.json. A check that was stopped goes
    on where it was. Exit code: 0 all good, 1 failure, 2 wrong usage, 3 something must be looked at.

    Example: `animeter data check pictures/ --fix cleaned.csv`
    """
    from animeter.datasets.checking.entries import Columns
    from animeter.lab.data_check import Request, check_data

    columns = Columns(label, split, group)
    request = Request(source, columns, model, ask_model, folds_run, pictures, fix)
    line = _Line()
    try:
        report = check_data(request, output, line)
    finally:
        line.erase()
    _print(report, output)
    if report["must_look"]:
        raise typer.Exit(3)


def split(  # noqa: PLR0913, PLR0917  (a verb's options are its parameters)
    source: Source,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The new manifest.", show_default=False)
    ],
    folds: Annotated[
        int | None, typer.Option(min=2, help="So many folds of one size.", show_default=False)
    ] = None,
    ratios: Annotated[
        str | None,
        typer.Option(
            help="Shares of train and test, or of train, val and test, such as 80:10:10.",
            show_default=False,
        ),
    ] = None,
    label: Label = None,
    group: Group = None,
    seed: Annotated[int, typer.Option(help="Another one deals otherwise.")] = 0,
    alike: Annotated[
        bool,
        typer.Option(
            "--alike", help="Look at the pictures, and keep nearly the same ones together too."
        ),
    ] = False,
    leave_out_rare: Annotated[
        bool,
        typer.Option(
            "--leave-out-rare",
            help="Leave pictures of labels with fewer franchises than parts out of the split.",
        ),
    ] = False,
) -> None:
    """Deal pictures into folds, or into train and test, so that the split is fair.

    No franchise stands on two sides, every side holds its share of every label, and the same
    manifest is always dealt the same way. What cannot be fair is refused, with the reason. Writes
    the column `fold` or `split`.

    Example: `animeter data split manifest.csv --folds 5 --output dealt.csv`
    """
    from animeter.datasets.checking.entries import Columns
    from animeter.datasets.splitting import Plan, split_manifest

    if (folds is None) == (ratios is None):
        raise typer.BadParameter("give --folds or --ratios, one of them")
    shares = _even(folds) if folds is not None else _shares(ratios or "")
    column = "split" if folds is None else "fold"
    plan = Plan(column, shares, seed, alike, leave_out_rare)
    line = _Line()
    try:
        dealt = split_manifest(source, Columns(label, None, group), plan, output, line.update)
    finally:
        line.erase()
    for failure in dealt.left_out:
        tell(f"{failure.path}: {failure.message}")
    width = max(map(len, [*dealt.counts, "franchises"]))
    typer.echo(" ".join([" " * width, *(f"{name:>8}" for name in dealt.parts)]))
    for name, row in [*dealt.counts.items(), ("franchises", dealt.groups)]:
        cells = (f"{row[part]:>8,}" for part in dealt.parts)
        typer.echo(printable(" ".join([f"{name:<{width}}", *cells])))
    typer.echo(printable(str(output)))


def _even(folds: int) -> dict[str, float]:
    return {str(fold): 1 / folds for fold in range(folds)}


def _shares(ratios: str) -> dict[str, float]:
    try:
        numbers = [float(number) for number in ratios.split(":")]
        names = _PARTS[len(numbers)]
    except (ValueError, KeyError) as error:
        raise typer.BadParameter(
            f"got {ratios!r}; wanted two or three numbers, such as 80:20 or 80:10:10",
            param_hint="--ratios",
        ) from error
    if min(numbers) <= 0:
        raise typer.BadParameter("every share must be above 0", param_hint="--ratios")
    return {name: number / sum(numbers) for name, number in zip(names, numbers, strict=True)}


class _Line:
    """Shows how far a check is, stage by stage, on one line of standard error."""

    def __init__(self) -> None:
        self._total: int | None = None
        self._done = 0
        self._progress = ProgressLine(sys.stderr, lambda: None)

    def expect(self, pictures: int) -> None:
        self._total, self._done = pictures, 0

    def begin(self, stage: str) -> None:
        self.erase()
        if sys.stderr.isatty():
            tell(stage)
        self._progress = ProgressLine(sys.stderr, lambda: self._total)

    def advance(self, pictures: int) -> None:
        self.update(self._done + pictures, 0)

    def update(self, done: int, failed: int) -> None:
        self._done = done
        self._progress.update(done, failed)

    def erase(self) -> None:
        self._progress.erase()


def _print(report: dict[str, Any], output: Path) -> None:
    typer.echo(printable(f"{report['pictures']:,} pictures of {report['source']}"))
    for finding in report["findings"]:
        urgent = "must be looked at" if finding["must_look"] else "worth a look"
        typer.echo(printable(f"{finding['count']:>8,}  {finding['title']} ({urgent})"))
    if not report["findings"]:
        typer.echo("nothing found")
    if "cleaned" in report:
        left_out = sum(report["cleaned"]["removed"].values())
        kept = report["cleaned"]["rows"]
        typer.echo(f"cleaned: {kept:,} rows stay, {left_out:,} are left out")
    typer.echo(printable(str(output / "report.html")))
