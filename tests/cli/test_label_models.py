"""What verbs that speak of anime and cartoon say to a model that knows other labels."""

from pathlib import Path

from PIL import Image

from tests.cli.conftest import Program
from tests.support.tiny_label_bundle import make_label_bundle


def test_a_model_of_labels_is_refused_with_what_it_is_for(run: Program, tmp_path: Path) -> None:
    bundle = make_label_bundle(tmp_path / "colours").folder
    Image.new("RGB", (40, 40)).save(tmp_path / "frame.png")
    done = run("classify", "frame.png", "--model", str(bundle))
    assert done.returncode == 1
    assert done.stdout == b""
    assert b"tells labels of its own" in done.stderr
    assert b"animeter evaluate" in done.stderr
    assert b"Traceback" not in done.stderr
