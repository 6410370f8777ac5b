"""Results as lines for people, in colour where the terminal takes it."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console

    from animeter.domain.results import Result

_COLOURS: Final = {
    "anime": "bold magenta",
    "cartoon": "bold yellow",
    "both": "bold cyan",
    "neither": "dim",
    "unsure": "bold blue",
    "error": "bold red",
}
_HEADING: Final = "bold underline"


class TableWriter:
    """A table that grows line by line, however many there will be; the path comes last, whole.

    Args:
        console: where it goes.
    """

    def __init__(self, console: "Console") -> None:
        self._console = console
        self._begun = False

    def write(self, result: "Result") -> None:
        """Print the line of a result, below a heading if it is the first."""
        from animeter.domain.results import Failure

        if not self._begun:
            self._begun = True
            self._print(("verdict", "anime", "cartoon", "picture"), _HEADING, _HEADING)
        if isinstance(result, Failure):
            # Most messages begin with the path already.
            path = result.path or "-"
            told = result.message.startswith(path)
            text = result.message if told else f"{path}: {result.message}"
            self._print(("error", "-", "-", printable(text)), _COLOURS["error"])
            return
        verdict = result.verdict.value
        picture = f"{printable(result.path or '-')}  {result.width_px} x {result.height_px}"
        cells = (verdict, percent(result.anime), percent(result.cartoon), picture)
        self._print(cells, _COLOURS[verdict])

    def close(self) -> None:
        """Nothing is held back, so there is nothing to finish."""

    def _print(self, cells: tuple[str, str, str, str], style: str, rest_style: str = "") -> None:
        from rich.text import Text

        verdict, anime, cartoon, picture = cells
        line = Text()
        line.append(f"{verdict:<8}", style=style)
        line.append(f"{anime:>8}  {cartoon:>8}  {picture}", style=rest_style)
        self._console.print(line, soft_wrap=True)


def percent(likeness: float) -> str:
    """Say a likeness for people: `97.3 %`, and never 100 % for what is not quite certain."""
    return f"{min(likeness * 100, 99.9):.1f} %" if likeness < 1 else "100.0 %"


def printable(text: str) -> str:
    """Escape what would steer the terminal, or what it cannot encode: a file name may hold both."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
