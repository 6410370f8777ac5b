"""Plots that follow a page's light or dark theme as SVG, and stand by themselves as SVG or PNG.

A function that draws on axes becomes, decorated with `drawing`, one that gives a `Drawing`. It
names colours by their part in the theme (`INK`, `ANIME`...). For the SVG of a page they become CSS
variables (`var(--anime)`), so that one drawing serves both themes; for a PNG a theme is chosen.
"""

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec

from animeter.domain.errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Theme = Literal["light", "dark"]

PALETTE = {
    "light": {
        "ink": "#1f2430",
        "muted": "#667085",
        "line": "#dfe3ea",
        "anime": "#d6336c",
        "cartoon": "#d97706",
        "both": "#7c4ddb",
        "neither": "#2f7f9e",
        "unsure": "#98a2b3",
        "paper": "#ffffff",
    },
    "dark": {
        "ink": "#e7eaf0",
        "muted": "#98a2b3",
        "line": "#323948",
        "anime": "#ff7aa8",
        "cartoon": "#fbb040",
        "both": "#b294ff",
        "neither": "#63b7d6",
        "unsure": "#6b7588",
        "paper": "#1a1f2b",
    },
}
"""The report's colours; the page takes its variables from here too."""

# Names that matplotlib is taught before it draws.
INK, MUTED, LINE, ANIME, CARTOON, BOTH, NEITHER, UNSURE, PAPER = (
    f"animeter {name}" for name in PALETTE["light"]
)
# Colours that no plot uses for itself, each replaced by the variable of its name.
_STAND_INS = {
    name: f"#0{number:x}0{number:x}0{number:x}" for number, name in enumerate(PALETTE["light"], 1)
}

_STYLE: dict[Any, Any] = {
    "axes.edgecolor": LINE,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 10,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "none",
    "font.size": 10,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "lines.linewidth": 2.2,
    "lines.solid_capstyle": "round",
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
}

_JAPANESE_FONTS = ("Noto Sans CJK JP", "Source Han Sans JP", "IPAGothic", "Droid Sans Fallback")
_PNG_DOTS_PER_INCH = 140

_Rest = ParamSpec("_Rest")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A plot that is drawn when it is asked for.

    Attributes:
        name: a salt that keeps the ids of several drawings on one page apart.
        size_in: width and height in inches; what draws may change it.
        draw: draws on axes.
    """

    name: str
    size_in: tuple[float, float]
    draw: "Callable[[Axes], None]"

    def svg(self) -> str:
        """Return an `<svg>` element whose colours are the variables of the page around it.

        Raises:
            MissingExtraError: matplotlib is not installed.
        """
        text = StringIO()
        with self._drawn(_STAND_INS) as figure:
            figure.savefig(text, format="svg", metadata={"Date": None})
        return _themed(text.getvalue())

    def png(self, theme: Theme) -> bytes:
        """Return a PNG file in the colours of a theme, on its paper."""
        data = BytesIO()
        with self._drawn(PALETTE[theme]) as figure:
            figure.savefig(
                data, format="png", dpi=_PNG_DOTS_PER_INCH, facecolor=PALETTE[theme]["paper"]
            )
        return data.getvalue()

    @contextmanager
    def _drawn(self, colours: dict[str, str]) -> "Iterator[Figure]":
        try:
            import matplotlib as mpl
            from matplotlib.colors import get_named_colors_mapping
            from matplotlib.figure import Figure
        except ImportError as error:
            raise MissingExtraError("evaluate", "matplotlib") from error
        named = {f"animeter {name}": colour for name, colour in colours.items()}
        mapping = get_named_colors_mapping()
        for name, colour in named.items():  # `update` would leave what matplotlib has cached
            mapping[name] = colour
        style = {**_STYLE, "svg.hashsalt": self.name, "font.family": _font_families()}
        with mpl.rc_context(style), warnings.catch_warnings():
            # A page shows the letters that are missing here; in a PNG they become boxes.
            warnings.filterwarnings("ignore", message="Glyph .* missing from")
            figure = Figure(figsize=self.size_in, layout="constrained")
            self.draw(figure.add_subplot())
            yield figure


def drawing(
    width_in: float, height_in: float
) -> "Callable[[Callable[Concatenate[Axes, _Rest], None]], Callable[_Rest, Drawing]]":
    """Turn a function that draws on axes into one that gives a `Drawing` of this size."""

    def decorate(
        draw: "Callable[Concatenate[Axes, _Rest], None]",
    ) -> Callable[_Rest, Drawing]:
        @wraps(draw)
        def given(*args: _Rest.args, **kwargs: _Rest.kwargs) -> Drawing:
            def on(axes: "Axes") -> None:
                draw(axes, *args, **kwargs)

            return Drawing(draw.__name__, (width_in, height_in), on)

        return given

    return decorate


def short_name(name: str, letters: int = 34) -> str:
    """Return a name for a plot, cut to so many letters."""
    kept = name if len(name) <= letters else name[: letters - 1] + "\N{HORIZONTAL ELLIPSIS}"
    return kept.replace("$", r"\$")  # a dollar would start a formula


def standalone(svg: str) -> str:
    """Bring the colours along, so that the drawing stands in a file of its own."""
    rules = {
        theme: "".join(f"--{name}:{colour};" for name, colour in colours.items())
        for theme, colours in PALETTE.items()
    }
    style = (
        f"<style>svg{{{rules['light']}font-family:system-ui,sans-serif}}"
        f"@media(prefers-color-scheme:dark){{svg{{{rules['dark']}}}}}</style>"
    )
    return re.sub(r"(<svg[^>]*>)", lambda match: match[1] + style, svg, count=1)


def _font_families() -> list[str]:
    """Return matplotlib's own typeface, and one for Japanese names where the machine has any."""
    from matplotlib import font_manager

    installed = set(font_manager.fontManager.get_font_names())
    return ["DejaVu Sans", *(name for name in _JAPANESE_FONTS if name in installed)]


def _themed(svg: str) -> str:
    """Replace the stand-ins, let the page choose the typeface and the size, drop the prologue."""
    text = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    text = text.replace("*{stroke-linejoin", "svg *{stroke-linejoin")
    for name, stand_in in _STAND_INS.items():
        text = text.replace(stand_in, f"var(--{name})")
    # `font:` and `font-family:` both name matplotlib's own typeface.
    text = re.sub(r"font: ((?:[a-z]+ )*)([\d.]+px) [^;\"]*", _plain_font, text)
    text = re.sub(r"font-family: [^;\"]*;?", "", text)
    return re.sub(r'(<svg[^>]*?) width="[^"]*"( [^>]*?)? height="[^"]*"', r"\1\2", text, count=1)


def _plain_font(match: re.Match[str]) -> str:
    weight = "font-weight: 700; " if "bold" in match[1] or "700" in match[1] else ""
    return f"{weight}font-size: {match[2]}"
