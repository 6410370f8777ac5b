"""Results as lines for people, in colour where the terminal takes it."""

from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from animeter.domain.results import Classification, Result

_COLOURS: Final = {
    "anime": "bold magenta",
    "cartoon": "bold yellow",
    "both": "bold cyan",
    "neither": "dim",
    "unsure": "bold blue",
    "error": "bold red",
}
_HEADING: Final = "bold underline"
_LABEL_WIDTH: Final = 18
_HEAD_WIDTH: Final = _LABEL_WIDTH + 10  # a label, its score and two spaces


class TableWriter:
    """A table that grows line by line, however many there will be; the path comes last, whole.

    Args:
        console: where it goes.
        heads: names of the heads whose best label gets a column.
    """

    def __init__(self, console: "Console", heads: "Sequence[str]" = ()) -> None:
        self._console = console
        self._heads = tuple(heads)
        self._begun = False

    def write(self, result: "Result") -> None:
        """Print the line of a result, below a heading if it is the first."""
        from animeter.domain.results import Failure

        if not self._begun:
            self._begun = True
            names = "".join(fitted(head, _HEAD_WIDTH - 2) + "  " for head in self._heads)
            heading = ("verdict", "anime", "cartoon", names + "picture")
            self._print(heading, _HEADING, _HEADING)
        if isinstance(result, Failure):
            # Most messages begin with the path already.
            path = result.path or "-"
            told = result.message.startswith(path)
            text = result.message if told else f"{path}: {result.message}"
            dashes = f"{'-':<{_HEAD_WIDTH}}" * len(self._heads)
            self._print(("error", "-", "-", dashes + printable(text)), _COLOURS["error"])
            return
        verdict = result.verdict.value
        picture = f"{printable(result.path or '-')}  {result.width_px} x {result.height_px}"
        if result.place is not None:
            picture += f"  {printable(result.place.words)}"
        cells = (
            verdict,
            percent(result.anime),
            percent(result.cartoon),
            "".join(self._best(result, head) for head in self._heads) + picture,
        )
        self._print(cells, _COLOURS[verdict])

    def _best(self, result: "Classification", head: str) -> str:
        best = result.heads[head][0]
        return f"{fitted(printable(best.label), _LABEL_WIDTH)}{percent(best.score):>8}  "

    def close(self) -> None:
        """Nothing is held back, so there is nothing to finish."""

    def _print(self, cells: tuple[str, str, str, str], style: str, rest_style: str = "") -> None:
        from rich.text import Text

        verdict, anime, cartoon, picture = cells
        line = Text()
        line.append(f"{verdict:<8}", style=style)
        line.append(f"{anime:>8}  {cartoon:>8}  {picture}", style=rest_style)
        self._console.print(line, soft_wrap=True)


def fitted(text: str, width: int) -> str:
    """Pad a text to a width on the terminal, or cut it there with an ellipsis."""
    from rich.cells import cell_len, set_cell_size  # a kanji is two cells wide

    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…"


def percent(likeness: float) -> str:
    """Say a likeness for people: `97.3 %`, and never 100 % for what is not quite certain."""
    return f"{min(likeness * 100, 99.9):.1f} %" if likeness < 1 else "100.0 %"


def printable(text: str) -> str:
    """Escape what would steer the terminal, or what it cannot encode: a file name may hold both."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def tell(sentence: str) -> None:
    """Say something to people on standard error, beside the data and under our name."""
    typer.echo(printable(f"animeter: {sentence}"), err=True)


def column_lines(rows: "Sequence[Sequence[str]]") -> "Iterator[str]":
    """Give the lines of a table whose columns are as wide as their longest cell needs."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield printable("  ".join(cells).rstrip())
