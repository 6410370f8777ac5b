"""The picture on a page is found, and where there is none the page is left as it is."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from animeter.lab.disturbances import white_page
from animeter.lab.network import StyleNetwork
from animeter.lab.picture_on_page import cut_out, find_picture, put_back
from animeter.lab.recipe import NetworkRecipe
from tests.support.tiny_recipe import BACKBONE

WHOLE = torch.tensor([[0.0, 1.0, 0.0, 1.0]])
SIDE = 224


def picture(seed: int = 0, size: tuple[int, int] = (200, 150)) -> Image.Image:
    """Draw coarse noise: no part of it has the colour of a page."""
    pixels = np.random.default_rng(seed).integers(60, 200, (12, 16, 3), dtype=np.uint8)
    return Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR)


def square(page: Image.Image, side: int = SIDE) -> torch.Tensor:
    pixels = np.asarray(page.resize((side, side), Image.Resampling.BILINEAR), dtype=np.float32)
    return torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None]


def on_page(colour: tuple[int, int, int], left: int = 80, top: int = 70) -> Image.Image:
    page = Image.new("RGB", (400, 300), colour)
    page.paste(picture(), (left, top))
    return page


@pytest.mark.parametrize("side", [96, 160, SIDE])
@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (24, 26, 27), (210, 230, 255)])
def test_a_picture_on_a_page_is_found(colour: tuple[int, int, int], side: int) -> None:
    (box,) = find_picture(square(on_page(colour), side))
    expected = [70 / 300, 220 / 300, 80 / 400, 280 / 400]
    assert box.tolist() == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("seed", range(6))
def test_text_beside_it_is_passed_over(seed: int) -> None:
    """Pages as the robustness table draws them: a headline, paragraphs, text beside the picture."""
    shown = picture(seed, (300, 169))
    page = white_page(shown)
    (box,) = find_picture(square(page))
    high, wide = float(box[1] - box[0]), float(box[3] - box[2])
    assert wide == pytest.approx(300 / page.width, abs=0.03)
    assert high == pytest.approx(169 / page.height, abs=0.03)
    found = cut_out(square(page), box[None])
    assert (found - square(shown)).abs().mean() < 12  # of 255, at half the resolution
    assert (square(page) - square(shown)).abs().mean() > 60


def test_what_is_no_picture_on_a_page_is_left_whole() -> None:
    blank = Image.new("RGB", (300, 200), (255, 255, 255))
    text = white_page(Image.new("RGB", (300, 169), (255, 255, 255)))
    two = Image.new("RGB", (600, 300), (255, 255, 255))
    two.paste(picture(1, (120, 90)), (20, 20))
    two.paste(picture(2, (120, 90)), (460, 190))
    large = Image.new("RGB", (400, 300), (255, 255, 255))
    large.paste(picture(3, (360, 270)), (20, 15))
    for page in (blank, text, two, large, picture(4)):
        shown = square(page)
        box = find_picture(shown)
        assert torch.equal(box, WHOLE), page
        assert torch.allclose(cut_out(shown, box), shown, atol=0.01)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    cells=st.integers(1, 24),
    shades=st.integers(1, 4),
    side=st.sampled_from([32, 48, 224]),
)
def test_whatever_is_shown_a_box_is_a_box(seed: int, cells: int, shades: int, side: int) -> None:
    chance = np.random.default_rng(seed)
    pixels = chance.choice(np.linspace(0, 255, shades + 1), (cells, cells, 3)).astype(np.uint8)
    shown = square(Image.fromarray(pixels), side)
    top, bottom, left, right = find_picture(shown)[0].tolist()
    assert 0 <= top < bottom <= 1
    assert 0 <= left < right <= 1
    assert min(bottom - top, right - left) > 0.1
    assert torch.isfinite(cut_out(shown, find_picture(shown))).all()


def test_each_picture_of_a_batch_has_its_own_box() -> None:
    pages = [on_page((255, 255, 255), 10, 10), picture(5), on_page((0, 0, 0), 190, 140)]
    batch = torch.cat([square(page) for page in pages])
    together = find_picture(batch)
    assert torch.equal(together[1:2], WHOLE)
    for number, page in enumerate(pages):
        assert torch.allclose(together[number : number + 1], find_picture(square(page)), atol=1e-6)


def test_the_box_moves_smoothly() -> None:
    """A frame that differs by a level or a pixel must not look like another picture."""
    page = square(on_page((255, 255, 255)))
    noisy = page + torch.randn(page.shape, generator=torch.Generator().manual_seed(0))
    assert (find_picture(page) - find_picture(noisy)).abs().max() < 0.01
    moved = square(on_page((255, 255, 255), left=81))
    assert (find_picture(page) - find_picture(moved)).abs().max() < 0.01


def test_maps_come_back_to_where_the_picture_stands() -> None:
    maps = torch.arange(98.0).reshape(1, 2, 7, 7)
    assert torch.allclose(put_back(maps, WHOLE), maps, atol=1e-4)
    upper_left = torch.tensor([[0.0, 0.5, 0.0, 0.5]])
    back = put_back(torch.ones(1, 1, 7, 7), upper_left)[0, 0]
    assert back[:3, :3].min() == pytest.approx(1.0)
    assert back[4:].abs().max() == 0
    assert back[:, 4:].abs().max() == 0


def test_the_network_reads_a_page_as_the_picture_on_it() -> None:
    torch.manual_seed(0)
    recipe = NetworkRecipe(backbone=BACKBONE, pretrained=False, size_px=SIDE, find_picture=True)
    network = StyleNetwork(recipe).eval()
    plain = StyleNetwork(recipe.model_copy(update={"find_picture": False})).eval()
    plain.load_state_dict(network.state_dict())
    page, shown = (
        torch.from_numpy(np.asarray(image).copy())[None]
        for image in (on_page((255, 255, 255), 10, 10), picture())
    )
    with torch.no_grad():
        alone = plain(shown).embedding[0]
        found, whole = network(page), plain(page)
        assert found.embedding[0] @ alone > whole.embedding[0] @ alone
        assert torch.allclose(network(shown).logits, plain(shown).logits, atol=1e-4)
    assert found.activation.shape == whole.activation.shape
    looked_at = found.activation[0].abs().amax(0) > 0
    assert looked_at[:2, :2].all()
    assert not looked_at[-1].any()
    assert not looked_at[:, -1].any()
