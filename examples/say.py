"""Ask the built-in model about each example and write its answers into the two READMEs.

    python examples/say.py

The table between the two markers of this folder's README.md, and of the one above it, is replaced;
nothing else is touched.
The answers are written down as they come, also where they are wrong.
"""

from pathlib import Path

import animeter

FOLDER = Path(__file__).parent
READMES = (FOLDER / "README.md", FOLDER.parent / "README.md")
BEGIN = "<!-- says: begin (written by say.py) -->"
END = "<!-- says: end -->"

# What we meant when we drew it, and so what a model with our eyes would say.
MEANT = {
    "anime-face.png": "anime",
    "both.png": "both",
    "cartoon-face.png": "cartoon",
    "landscape.png": "neither",
    "logo.png": "neither",
}


def answers_table(classifier: animeter.Classifier) -> str:
    """The model's answers as a Markdown table, one row an example."""
    lines = [
        "| picture | meant as | verdict | anime likeness | cartoon likeness |",
        "|---|---|---|---:|---:|",
    ]
    model = ""
    for name, meant in MEANT.items():
        result = classifier.classify(FOLDER / name)
        model = result.model
        lines.append(
            f"| `{name}` | {meant} | {result.verdict} | {result.anime:.1%} | {result.cartoon:.1%} |"
        )
    return "\n".join([*lines, "", f"Model: `{model}`."])


def rewrite(text: str, table: str) -> str:
    """The text with all between the two markers replaced by the table.

    Raises:
        ValueError: a marker is missing, doubled, or the two are swapped.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(
            f"got a text without one {BEGIN!r} before one {END!r}: put both back, each on a line"
        )
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    return f"{head}{BEGIN}\n{table}\n{END}{tail}"


def main() -> None:
    """Ask, print and write down."""
    table = answers_table(animeter.load())
    for readme in READMES:
        readme.write_text(rewrite(readme.read_text("utf-8"), table), "utf-8")
    print(table)


if __name__ == "__main__":
    main()
