"""The verbs `data ...`: collecting, checking, splitting, labelling and converting pictures."""

import typer

from animeter.cli import data_check, data_collect, data_convert, data_label

app = typer.Typer(
    help="Pictures to learn from: collect, check, split, label, convert.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@app.callback()
def _data() -> None:
    pass


app.add_typer(data_collect.app, name="collect")
app.command("check")(data_check.check)
app.command("split")(data_check.split)
app.command("label")(data_label.label)
app.command("convert")(data_convert.convert)
