"""Golden pictures are the same pixels everywhere, and tell a model that has changed."""

import hashlib

import numpy as np
import pytest

from animeter.domain.errors import BundleError
from animeter.inference.bundle import Bundle
from animeter.inference.golden import (
    GOLDEN_PICTURES,
    TOLERANCE,
    check_golden_pairs,
    draw,
)
from animeter.inference.session import OnnxSession, Outputs

# The pixels as they were when the first model was exported. A change here breaks every model's
# self-check, so it must be a new drawing instead.
PIXELS = {
    "gradient": "6e4b58918fef5d7720fc03dd829904282f8e08221e32ab6f7a40c4a9b61192c7",
    "checks": "74550e861460e7d0f7702c41a848a28dd8671cc186cdeaefb8623853fc39dfa6",
    "rings": "eed2b50523b7ce8f3e98d998f94330311c72b0d18ff75f3ecf37b27fcb14d3c7",
    "noise": "43d95d44cd6036507226096d0e67e855f68256b1a08f42465f046a92d94870a4",
    "face": "e517532bf1ef5c0860ca848df4242b4cd70cb02f04aa460a31d3c5e20ae0fc85",
    "flat-face": "496f76269a7a90d280085a8766c293389ec8bfc7353a224434163adc538f463d",
    "hills": "28e094db243590b575da0f1abeb4dca5be6e689efae360654eed2be0f1f059a3",
}


@pytest.mark.parametrize(("name", "width_px", "height_px"), GOLDEN_PICTURES)
def test_the_drawings_never_change(name: str, width_px: int, height_px: int) -> None:
    pixels = draw(name, width_px, height_px)
    assert (pixels.dtype, pixels.shape) == (np.uint8, (height_px, width_px, 3))
    assert hashlib.sha256(pixels.tobytes()).hexdigest() == PIXELS[name]


def test_an_unknown_drawing_is_refused() -> None:
    with pytest.raises(BundleError, match="cannot draw"):
        draw("mona-lisa", 10, 10)


def test_the_same_model_passes(bundle: Bundle) -> None:
    checks = check_golden_pairs(OnnxSession(bundle).run, bundle.spec.golden)
    assert len(checks) == len(GOLDEN_PICTURES)
    assert all(check.passed for check in checks)


def test_a_model_that_strays_is_caught(bundle: Bundle) -> None:
    session = OnnxSession(bundle)

    def strays(batch: np.ndarray) -> Outputs:
        said = session.run(batch)
        likeness = said.likeness.copy()
        likeness[:, 1] += 2 * TOLERANCE
        return Outputs(likeness, said.embedding, said.activation)

    checks = check_golden_pairs(strays, bundle.spec.golden)
    assert not any(check.passed for check in checks)
    assert checks[0].difference == pytest.approx(2 * TOLERANCE, rel=1e-3)


def test_other_pixels_are_not_blamed_on_the_model(bundle: Bundle) -> None:
    pair = bundle.spec.golden[0].model_copy(update={"rgb_sha256": "0" * 64})
    with pytest.raises(BundleError, match="other pixels"):
        check_golden_pairs(OnnxSession(bundle).run, [pair])
