"""A folder of pictures laid out and leaking as the first public anime-or-cartoon set is.

`train/` and `test/` hold a folder for each show, and every file of `test/` is in `train/` too,
byte for byte. The names of the flawed files say what is wrong with them.
"""

import shutil
from pathlib import Path

from PIL import Image, ImageFilter

from tests.support.scenes import scene

SHOWS = ("bleach", "naruto", "oggy", "popeye")
PICTURES = 12
COPIED = 4


def draw_leaky_folders(folder: Path) -> Path:
    """Draw 4 shows of 12 pictures, copy 4 of each into the test, and add flawed ones."""
    for number, show in enumerate(SHOWS):
        train, test = folder / "train" / show, folder / "test" / show
        train.mkdir(parents=True)
        test.mkdir(parents=True)
        for picture in range(PICTURES):
            scene(100 * number + picture, (200, 140)).save(train / f"{picture}.png")
        for picture in range(COPIED):
            shutil.copyfile(train / f"{picture}.png", test / f"{picture}.png")
    oggy, popeye = folder / "train" / "oggy", folder / "train" / "popeye"
    (oggy / "broken.jpg").write_bytes(b"no picture at all")
    Image.new("RGB", (200, 140), (250, 250, 250)).save(oggy / "blank.png")
    scene(900, (48, 40)).save(oggy / "tiny.png")
    scene(901, (200, 140)).filter(ImageFilter.GaussianBlur(6)).save(oggy / "blurred.png")
    page = Image.new("RGB", (240, 200), (255, 255, 255))
    page.paste(scene(902, (200, 140)), (20, 30))
    page.save(oggy / "framed.png")
    scene(903, (200, 140)).save(oggy / "claimed.png")
    scene(903, (200, 140)).resize((150, 105)).save(popeye / "claimed-too.jpg", quality=60)
    return folder
