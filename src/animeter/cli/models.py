"""The verbs `models list`, `models show` and `models verify`."""

from typing import TYPE_CHECKING, Annotated

import typer

from animeter.cli.table import printable, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animeter.inference.classifier import Classifier

app = typer.Typer(
    help="The models at hand: list them, show one, verify that one is whole.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

Model = Annotated[
    str | None,
    typer.Argument(
        metavar="[MODEL]",
        help="A model's name or its bundle's folder; the built-in one unless given.",
        show_default=False,
    ),
]


@app.command("list")
def list_models() -> None:
    """List the built-in model and your own.

    Example: `animeter models list`
    """
    from animeter.inference.bundle import list_bundles
    from animeter.settings import read_settings

    settings = read_settings()
    broken = 0
    for listed in list_bundles(settings):
        if listed.bundle is None:
            broken += 1
            typer.echo(printable(f"{listed.name:<24} broken: {listed.problem}"))
        else:
            spec = listed.bundle.spec
            size = f"{listed.bundle.size_bytes / 1e6:.1f} MB"
            line = (
                f"{listed.name:<24} {spec.version:<10} {spec.created}  {size:>9}  {listed.folder}"
            )
            typer.echo(printable(line))
    typer.echo(f"your own models go into {settings.models_folder}", err=True)
    if broken:
        raise typer.Exit(3)


@app.command("show")
def show_model(
    model: Model = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of model.json.")] = False,
) -> None:
    """Show what a model is, what it was trained on, how good it is and what it runs on.

    Example: `animeter models show`
    """
    from animeter.inference.classifier import load

    classifier = load(model)
    if as_json:
        typer.echo(classifier.bundle.spec.to_json(), nl=False)
        return
    for name, value in _facts(classifier):
        typer.echo(printable(f"{name:<14}{value}"))  # a stranger's model may say anything
    if classifier.provider_note is not None:
        tell(classifier.provider_note)


@app.command("verify")
def verify_model(model: Model = None) -> None:
    """Check a model's files, and that it says here what it said where it was made.

    Example: `animeter models verify`
    """
    from animeter.inference.classifier import load
    from animeter.inference.golden import TOLERANCE, check_golden_pairs

    classifier = load(model)
    spec = classifier.bundle.spec
    typer.echo(f"{spec.label} in {classifier.bundle.folder} on {classifier.provider}")
    typer.echo(f"sha256 {spec.sha256} as described, all weights inside")
    if not spec.golden:
        typer.echo("animeter: the model brings no golden pairs, so nothing can be compared.")
        raise typer.Exit(1)
    checks = check_golden_pairs(classifier.likenesses, spec.golden)
    for check in checks:
        word = "same" if check.passed else "DIFFERS"
        typer.echo(
            f"{check.pair.picture:<12}anime {check.anime:.4f} (then {check.pair.anime:.4f})  "
            f"cartoon {check.cartoon:.4f} (then {check.pair.cartoon:.4f})  {word}"
        )
    wrong = [check for check in checks if not check.passed]
    if wrong:
        tell(
            f"{len(wrong)} of {len(checks)} golden pictures differ by more than "
            f"{TOLERANCE}: this model gives other answers here than where it was made. "
            "Try another version of onnxruntime, or ANIMETER_PROVIDERS=cpu."
        )
        raise typer.Exit(1)
    typer.echo(f"all {len(checks)} golden pictures within {TOLERANCE}")


def _facts(classifier: "Classifier") -> "Iterator[tuple[str, str]]":
    from animeter.domain.dotted_keys import dotted
    from animeter.inference.network import available_providers

    spec = classifier.bundle.spec
    yield "model", spec.label
    yield "created", spec.created
    yield "licence", spec.licence
    yield "folder", str(classifier.bundle.folder)
    yield "size", f"{classifier.bundle.size_bytes / 1e6:.1f} MB"
    yield "sha256", spec.sha256
    yield "input", f"the whole picture, squashed to {spec.input.size_px} x {spec.input.size_px} px"
    yield "embedding", f"{spec.embedding_dim} numbers"
    for head in spec.heads:
        yield "head", f"{head.name}: {', '.join(head.labels)}"
    for name, part in (("anime", spec.thresholds.anime), ("cartoon", spec.thresholds.cartoon)):
        yield "thresholds", f"{name}: absent up to {part.low:g}, present from {part.high:g}"
    calibration = spec.calibration
    yield "calibration", f"on {calibration.pictures:,} pictures, {calibration.fitted_on}"
    for name, free in (("training", spec.training), ("figures", spec.figures)):
        yield from ((name, f"{key}: {value}") for key, value in dotted(free))
    yield "runs on", classifier.provider
    yield "could run on", ", ".join(available_providers())
