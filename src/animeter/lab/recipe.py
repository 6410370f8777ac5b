"""A recipe: a TOML file that describes one training run whole.

The door for training configuration. Unknown keys are refused; relative paths are taken from the
recipe's own folder.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from animeter.domain.errors import FileMissingError, RecipeError
from animeter.domain.model_spec import Name
from animeter.domain.wrong_keys import wrong_keys

Share = Annotated[float, Field(ge=0.0, le=1.0)]
SizePx = Annotated[int, Field(ge=32, le=1024)]
Width = Annotated[int, Field(ge=1, le=65536)]

DENSE: Final = "dense"
"""The backbone that is none: the layers after it read pixels."""

CNN: Final = "cnn"
"""The backbone of a few plain convolutions."""

RESNET50V2_STAGE3: Final = "resnet50v2_stage3"
"""The backbone of a ResNet-50 v2 up to its third stage, whose weights timm does not have."""

FROM_AVERAGE: Final = "from_average"
"""In a table of `average`: whether that network begins at the average of those before it, instead
of the recipe's starting weights."""

NETWORK_FACTS: Final = ("backbone", "embedding_levels", "ask_halves", "find_picture")
"""What `model.json` says of the network, so that a bundle can be trained further: fields of
`NetworkRecipe` that neither the weights nor the rest of the file tell."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataRecipe(_Part):
    """Which pictures are trained on.

    Attributes:
        manifest: a CSV file of labelled pictures.
        folder: instead of a manifest, a folder whose folders are labels; task `labels` alone.
        label: the manifest's column that is to be told; task `labels` alone.
        min_pictures: labels with fewer pictures are left out; task `labels` alone.
        folds: deals the pictures into so many folds, whatever the manifest says of folds; None
            takes the manifest's own, and deals five where there are none. Task `labels` alone.
        balance: `weights` has a picture count in the loss in inverse proportion to how many share
            its label, `sampling` shows the pictures of all labels equally often. In task
            `likeness` the style is the label.
        more_labels: a CSV file of what the manifest does not say of its pictures, as
            `read_manifest` takes it; task `likeness` alone.
        leave_out: a text file of manifest names, one a line, never trained on (wrong labels).
        franchise_power: a picture of a franchise of n pictures is drawn in proportion to
            n ** -franchise_power. 0 draws all pictures alike, 1 all franchises.
        pictures_per_epoch: how many pictures are drawn an epoch; None draws as many as there are.
    """

    manifest: Path | None = None
    folder: Path | None = None
    label: str | None = Field(default=None, min_length=1)
    min_pictures: int = Field(default=2, ge=1)
    folds: int | None = Field(default=None, ge=2)
    balance: Literal["none", "weights", "sampling"] = "none"
    more_labels: Path | None = None
    leave_out: Path | None = None
    franchise_power: Share = 0.0
    pictures_per_epoch: int | None = Field(default=None, gt=0)

    @property
    def source(self) -> Path:
        """Where the pictures are named: the manifest or the folder."""
        source = self.manifest or self.folder
        if source is None:
            raise ValueError("needs data.manifest, a CSV file, or data.folder")
        return source

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if self.manifest is not None and self.folder is not None:
            raise ValueError(f"data.manifest is {self.manifest}, so leave data.folder out")
        if self.source == self.folder and self.label is not None:
            raise ValueError("data.label is for a manifest; of a folder, the folders are labels")
        return self


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
        backbone: a model name of timm; `resnet50v2_stage3`; `cnn`, which is a few convolutions;
            or `dense`, which is none, so that the hidden layers read pixels.
        weights: safetensors file in timm's key names to start from; works offline.
        pretrained: where `weights` is not given, whether timm downloads its own.
        checkpoint: safetensors file of a whole network, such as a bundle's, to start from instead:
            backbone and likeness head; in task `labels` the backbone alone.
        frozen: whether the whole backbone stays as it starts, its statistics included.
        frozen_stages: the stem and so many of the backbone's first stages keep their weights; the
            statistics of their normalisation follow the pictures all the same.
        keep_statistics: whether batch normalisation, in all stages, keeps the means and spreads
            that it starts with; a few hundred pictures would spoil them.
        channels: of the convolutions of `cnn`; each is followed by a pooling that halves the side.
        pooling: `average` takes the mean over all places of the last feature map, `flatten` reads
            every place by itself, which ties the network to one size.
        hidden: widths of dense layers between the pooling and the heads.
        activation: of `channels` and `hidden`.
        dropout: before each hidden layer and before the heads, in training.
        size_px: side of the square the finished model looks at.
        embedding_levels: how many of the backbone's last levels, each of another resolution, the
            embedding of the finished model holds beside what the likenesses are read off; they
            know of drawing and figures what the likenesses have no use for. Task `likeness` alone.
        ask_halves: whether the network asks the halves of its last feature map beside the whole,
            and says the soft maximum: two styles side by side are then both seen. Task `likeness`
            alone.
        find_picture: whether the finished model looks for the picture on a page of one colour,
            such as a screenshot, and reads that instead of the whole. Task `likeness` alone.
    """

    backbone: str = "mobilenetv2_100"
    weights: Path | None = None
    pretrained: bool = True
    checkpoint: Path | None = None
    frozen: bool = False
    frozen_stages: int = Field(default=0, ge=0)
    keep_statistics: bool = False
    channels: list[Width] = Field(default=[32, 32, 64], min_length=1)
    pooling: Literal["average", "flatten"] = "average"
    hidden: list[Width] = Field(default_factory=list)
    activation: Literal["relu", "sigmoid", "tanh", "elu", "gelu"] = "relu"
    dropout: Share = 0.2
    size_px: SizePx = 192
    embedding_levels: int = Field(default=0, ge=0)
    ask_halves: bool = False
    find_picture: bool = False

    @property
    def reads_one_size(self) -> bool:
        """Whether the network can look at squares of `size_px` alone."""
        return self.backbone == DENSE or self.pooling == "flatten"

    @property
    def starts_from_timm(self) -> bool:
        """Whether the backbone starts from the weights that timm downloads."""
        given = self.weights or self.checkpoint
        of_timm = self.backbone not in {DENSE, CNN, RESNET50V2_STAGE3}
        return self.pretrained and given is None and of_timm

    @model_validator(mode="after")
    def _asks_halves_that_there_are(self) -> Self:
        if self.ask_halves and (self.reads_one_size or self.hidden):
            raise ValueError(
                "network.ask_halves asks the halves of the last feature map, which backbone "
                f"{DENSE!r}, pooling 'flatten' and hidden layers hide: leave it or them out"
            )
        return self

    @model_validator(mode="after")
    def _freezes_what_was_learned(self) -> Self:
        learned = self.weights or self.checkpoint or self.starts_from_timm
        if self.frozen and not learned:
            raise ValueError(
                "network.frozen keeps the backbone as it starts, and it would start from chance: "
                "give network.weights, or network.pretrained = true, or leave network.frozen out"
            )
        return self


class TrainingRecipe(_Part):
    """The optimisation.

    Attributes:
        epochs: passes over the pictures.
        batch_size: pictures a step.
        sizes_px: sides of the training square, spread evenly over the epochs: smaller ones
            first make early epochs cheap.
        learning_rate: peak, for the backbone.
        head_learning_rate: peak, for the heads.
        optimizer: Source: Loshchilov and Hutter 2019 (AdamW), Kingma and Ba 2015 (Adam).
        schedule: `one-cycle` raises the learning rates and lowers them to nothing over all epochs
            (Smith and Topin 2018), `cosine` lowers them alone, `constant` leaves them at the peak.
        momentum: of `sgd`.
        weight_decay: of matrices; biases and norms have none.
        smoothing: of the targets: 0.01 makes a likeness of 1 to 0.99 and of 0 to 0.01; of
            exclusive labels it leaves 99 % to the right one and spreads the rest.
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
    optimizer: Literal["adamw", "adam", "sgd"] = "adamw"
    schedule: Literal["one-cycle", "cosine", "constant"] = "one-cycle"
    momentum: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.9
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
        collage: two pictures on one sheet; the likenesses are united. Never done where labels
            are exclusive.
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
        task: `likeness` learns two independent likenesses from the manifest's styles, `labels`
            exclusive labels, of which every picture has one.
        data: which pictures.
        network: which network.
        training: how it is optimised.
        augment: how pictures are changed.
        heads: auxiliary heads.
        average: where there are any, a network is trained for each of these tables, with the
            settings by dotted key that it holds over the recipe's own, and the weights of all are
            averaged into one. With `from_average = true` one begins where the average of those
            before it stands, and counts as much as all of them. Task `likeness` alone.
        finish: where it is given, settings by dotted key of a last training. It begins where the
            average stands, and its weights are the finished model's.
    """

    name: Name
    version: str = "0.1.0"
    seed: int = 1
    task: Literal["likeness", "labels"] = "likeness"
    data: DataRecipe
    network: NetworkRecipe = NetworkRecipe()
    training: TrainingRecipe = TrainingRecipe()
    augment: AugmentRecipe = AugmentRecipe()
    heads: list[HeadRecipe] = Field(default_factory=list)
    average: list[dict[str, Any]] = Field(default_factory=list)
    finish: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _averages_likenesses(self) -> Self:
        likeness_only = {
            "average": self.average,
            "data.more_labels": self.data.more_labels,
            "network.embedding_levels": self.network.embedding_levels,
            "network.ask_halves": self.network.ask_halves,
            "network.find_picture": self.network.find_picture,
        }
        given = [key for key, value in likeness_only.items() if value]
        if self.task == "labels" and given:
            raise ValueError(f'{given[0]} is for task = "likeness" alone')
        return self

    @model_validator(mode="after")
    def _begins_from_an_average_that_is_there(self) -> Self:
        for number, settings in enumerate(self.average):
            given = settings.get(FROM_AVERAGE, False)
            if given not in (True, False):
                raise ValueError(f"{FROM_AVERAGE} of [[average]] is {given!r}, not true or false")
            if given and number == 0:
                raise ValueError(f"the first [[average]] has none before it: no {FROM_AVERAGE}")
        return self

    @model_validator(mode="after")
    def _finishes_an_average(self) -> Self:
        if self.finish and not self.average:
            raise ValueError("finish goes on from an average: give [[average]], or leave it out")
        return self

    @model_validator(mode="after")
    def _has_what_it_holds_to(self) -> Self:
        if self.training.hold_likenesses and self.network.checkpoint is None:
            raise ValueError(
                "training.hold_likenesses needs network.checkpoint, whose likenesses are held"
            )
        if self.training.hold_likenesses and self.task != "likeness":
            raise ValueError('training.hold_likenesses is for task = "likeness" alone')
        return self

    @model_validator(mode="after")
    def _names_its_labels(self) -> Self:
        if self.task == "labels" and self.data.manifest and not self.data.label:
            raise ValueError("data.label is missing: name the column of data.manifest to tell")
        if self.task == "likeness":
            given = [key for key in ("folder", "label", "folds") if getattr(self.data, key)]
            if given:
                raise ValueError(
                    f'data.{given[0]} is for task = "labels" alone; likenesses are '
                    "learned from the column 'style' of data.manifest"
                )
        return self

    @model_validator(mode="after")
    def _trains_at_a_size_it_can_read(self) -> Self:
        size_px, sizes_px = self.network.size_px, self.training.sizes_px
        if self.network.reads_one_size and set(sizes_px) != {size_px}:
            raise ValueError(
                f"training.sizes_px is {sizes_px}, but a network with backbone {DENSE!r} or "
                f"pooling 'flatten' reads one size: set training.sizes_px = [{size_px}]"
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
            "manifest": recipe.data.manifest and folder / recipe.data.manifest,
            "folder": recipe.data.folder and folder / recipe.data.folder,
            "more_labels": recipe.data.more_labels and folder / recipe.data.more_labels,
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
