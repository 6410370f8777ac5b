"""A recipe: a TOML file that describes one training run whole.

The door for training configuration. Unknown keys are refused; relative paths are taken from the
recipe's own folder.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from animeter.domain.errors import FileMissingError, RecipeError
from animeter.domain.model_spec import Name
from animeter.domain.wrong_keys import wrong_keys

Share = Annotated[float, Field(ge=0.0, le=1.0)]
SizePx = Annotated[int, Field(ge=32, le=1024)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataRecipe(_Part):
    """Which pictures are trained on.

    Attributes:
        manifest: the labelled pictures.
        leave_out: a text file of manifest names, one a line, never trained on (wrong labels).
        franchise_power: a picture of a franchise of n pictures is drawn in proportion to
            n ** -franchise_power. 0 draws all pictures alike, 1 all franchises.
        pictures_per_epoch: how many pictures are drawn an epoch; None draws as many as there are.
    """

    manifest: Path
    leave_out: Path | None = None
    franchise_power: Share = 0.0
    pictures_per_epoch: int | None = Field(default=None, gt=0)


class HeadRecipe(_Part):
    """An auxiliary head: exclusive labels that are trained beside the likenesses, then dropped.

    Attributes:
        column: of the manifest.
        weight: of its cross-entropy in the loss.
        min_pictures: labels with fewer pictures are ignored.
        smoothing: of its targets: 0.05 leaves 95 % to the label and spreads the rest.
    """

    column: Literal["series", "type", "character", "content", "kind"]
    weight: float = Field(gt=0.0)
    min_pictures: int = Field(default=8, ge=1)
    smoothing: Annotated[float, Field(ge=0.0, lt=0.5)] = 0.0


class NetworkRecipe(_Part):
    """The network.

    Attributes:
        backbone: a model name of timm.
        weights: safetensors file in timm's key names to start from; works offline.
        pretrained: where `weights` is not given, whether timm downloads its own.
        checkpoint: safetensors file of a whole network, such as a bundle's, to start from instead:
            backbone and likeness head.
        frozen_stages: the stem and so many of the backbone's first stages keep their weights; the
            statistics of their normalisation follow the pictures all the same.
        keep_statistics: whether batch normalisation, in all stages, keeps the means and spreads
            that it starts with; a few hundred pictures would spoil them.
        dropout: before the heads, in training.
        size_px: side of the square the finished model looks at.
    """

    backbone: str = "mobilenetv2_100"
    weights: Path | None = None
    pretrained: bool = True
    checkpoint: Path | None = None
    frozen_stages: int = Field(default=0, ge=0)
    keep_statistics: bool = False
    dropout: Share = 0.2
    size_px: SizePx = 192


class TrainingRecipe(_Part):
    """The optimisation.

    Attributes:
        epochs: passes; the learning rate follows one cycle over all of them.
        batch_size: pictures a step.
        sizes_px: sides of the training square, spread evenly over the epochs: smaller ones
            first make early epochs cheap.
        learning_rate: peak, for the backbone.
        head_learning_rate: peak, for the heads.
        weight_decay: of AdamW.
        smoothing: of the likeness targets: 0.01 makes 1 to 0.99 and 0 to 0.01.
        hold_likenesses: 0 for likenesses that the pictures' styles teach; above it they are held
            to what the starting checkpoint says of the very same views, with this weight in the
            loss.
        ema_decay: of the averaged weights that are kept in the end.
        bf16: whether the forward pass runs in bfloat16.
    """

    epochs: int = Field(default=6, ge=1)
    batch_size: int = Field(default=64, ge=2)
    sizes_px: list[SizePx] = Field(default=[160], min_length=1)
    learning_rate: float = Field(default=4e-4, gt=0.0)
    head_learning_rate: float = Field(default=2e-3, gt=0.0)
    weight_decay: float = Field(default=0.02, ge=0.0)
    smoothing: Annotated[float, Field(ge=0.0, lt=0.5)] = 0.01
    hold_likenesses: float = Field(default=0.0, ge=0.0)
    ema_decay: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.995
    bf16: bool = True

    def size_px_at(self, epoch: int) -> int:
        """Return the training square's side in an epoch, counted from 0."""
        return self.sizes_px[min(epoch * len(self.sizes_px) // self.epochs, len(self.sizes_px) - 1)]


class AugmentRecipe(_Part):
    """How often a training picture is changed, and how much. Shares of pictures.

    Attributes:
        crop_min: smallest share of the picture's area that a crop keeps.
        colour: brightness, contrast and saturation, each by a random factor.
        fade: towards one grey, as fog or a pale print does.
        grey: no colour at all.
        blur: a Gaussian.
        jpeg: saved at quality 30 to 95.
        shrink: made small and big again.
        frame: bars or borders of one colour.
        overlay: subtitles, a broadcaster's logo or a caption.
        page: shown inside a page of text.
        collage: two pictures on one sheet; the labels are united.
    """

    crop_min: Annotated[float, Field(gt=0.0, le=1.0)] = 0.35
    colour: Share = 0.8
    fade: Share = 0.1
    grey: Share = 0.08
    blur: Share = 0.1
    jpeg: Share = 0.3
    shrink: Share = 0.2
    frame: Share = 0.1
    overlay: Share = 0.08
    page: Share = 0.04
    collage: Share = 0.08


class Recipe(_Part):
    """One training run.

    Attributes:
        name: of the model that comes out.
        version: of the model that comes out.
        seed: of everything random.
        data: which pictures.
        network: which network.
        training: how it is optimised.
        augment: how pictures are changed.
        heads: auxiliary heads.
    """

    name: Name
    version: str = "0.1.0"
    seed: int = 1
    data: DataRecipe
    network: NetworkRecipe = NetworkRecipe()
    training: TrainingRecipe = TrainingRecipe()
    augment: AugmentRecipe = AugmentRecipe()
    heads: list[HeadRecipe] = Field(default_factory=list)

    @model_validator(mode="after")
    def _has_what_it_holds_to(self) -> Self:
        if self.training.hold_likenesses and self.network.checkpoint is None:
            raise ValueError(
                "training.hold_likenesses needs network.checkpoint, whose likenesses are held"
            )
        return self


def read_recipe(path: Path) -> Recipe:
    """Read a recipe; the paths in it come back resolved.

    Raises:
        FileMissingError: there is no such file.
        RecipeError: it is not TOML, or a key is unknown, missing or out of range.
    """
    if not path.is_file():
        raise FileMissingError(
            f"There is no recipe at {path}. The ones that come with animeter's source are in "
            "recipes/, the first to try is recipes/default.toml."
        )
    try:
        recipe = Recipe.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} is not a TOML file: {error}.") from error
    except ValidationError as error:
        raise RecipeError(
            f"{path} is not a recipe: {wrong_keys(error)}. See recipes/default.toml."
        ) from error
    return _resolved(recipe, path.resolve().parent)


def _resolved(recipe: Recipe, folder: Path) -> Recipe:
    """Make the paths absolute, so that a run does not depend on where it is started."""
    data = recipe.data.model_copy(
        update={
            "manifest": folder / recipe.data.manifest,
            "leave_out": recipe.data.leave_out and folder / recipe.data.leave_out,
        }
    )
    network = recipe.network.model_copy(
        update={
            "weights": recipe.network.weights and folder / recipe.network.weights,
            "checkpoint": recipe.network.checkpoint and folder / recipe.network.checkpoint,
        }
    )
    return recipe.model_copy(update={"data": data, "network": network})
