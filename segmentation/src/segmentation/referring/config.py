"""All that decides a network of referring expressions, but for the images and what is said of them; no torch."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from segmentation.backbones.catalog import PACKAGED, named_place, same_layers
from segmentation.data.crops import CropOptions
from segmentation.referring.text_folder import CLASSES, language_digest, text_folder
from segmentation.runs.folder import TRAIN_LOCALIZER, TRAIN_REFERRING, RunFolder
from segmentation.runs.trained import SHIPPED, backbone_of, finished_weights, is_saved
from segmentation.training.config import ClassifierUse, Factor, Rate, TrainingConfig, TrainingOptions, Weight
from shared_runtime.configuration import Configuration
from shared_runtime.errors import CapparseError, UsageError

NONE = "none"
"""In place of a localizer: none."""


class TextOptions(Configuration):
    """What makes a vector of a text."""

    encoder: str = Field(
        PACKAGED,
        description="Folder of a BERT of transformers, or its name in the hub's cache; packaged: the one that pip "
        "installed; classes: no language, an embedding for each class name of the label space.",
    )
    pooling: Literal["auto", "cls", "mean"] = Field(
        "auto",
        description="Which vector stands for the text: that of [CLS], or the mean of all; auto: as the folder "
        "says (sentence-transformers), else [CLS].",
    )
    length: PositiveInt = Field(64, description="Tokens that are read of a text.")
    trained: bool = Field(True, description="Tune the encoder; else each text is encoded once.")


class ScorePoolingOptions(Configuration):
    """From the similarities of patches to the score of an image: Eq. 2–8 (`referring.pooling`)."""

    kind: Literal["mpa", "spa", "gap", "gmp"] = "mpa"
    background_logit: float = Field(0.0, description="s_bg of Eq. 5 and 6.")
    added_weight: PositiveFloat = Field(1.0, description="ε of Eq. 4, in the weight of patches.")
    penalty_power: NonNegativeFloat = Field(5.0, description="p of the size penalty (Eq. 7).")
    penalty_floor: float = Field(0.01, ge=0, lt=1, description="λ of the size penalty.")

    @property
    def relative(self) -> bool:
        """Whether nothing has taught maps where the background is, so that they are read as those of CAM are."""
        return self.kind in ("gap", "gmp")

    @property
    def competing(self) -> bool:
        """Whether texts share patches among them and the background, so that what they have of one adds up."""
        return self.kind == "spa"


class ReferringOptions(Configuration):
    """The network. Defaults: Section 4.2 and Table 2."""

    dimension: PositiveInt = Field(1024, description="D, of the space that patches and texts share.")
    scale: PositiveFloat = Field(
        1 / 0.07, description="What cosines are first multiplied by, 1 / τ; the paper does not state it."
    )
    greatest_scale: PositiveFloat = Field(100.0, description="It is learned up to this.")
    offset: float | None = Field(
        None,
        description="A logit that is added to all similarities and learned from this value on; not in the paper. "
        "None: there is none, patches of a positive cosine are foreground.",
    )
    pooling: ScorePoolingOptions = ScorePoolingOptions()
    knowledge: bool = Field(
        False, description="Start the projections from the backbone's ImageNet classifier and WordNet's words."
    )
    ridge: PositiveFloat = Field(1.0, description="λ of the regression from vectors of texts to its rows.")
    recall: bool = Field(
        False,
        description="Keep a cache of keys and values, so that texts like words of ImageNet's classes point where "
        "these do, beyond what the regression says: with knowledge, where the text encoder is not trained. Not in "
        "the paper.",
    )
    text: TextOptions = TextOptions()

    @property
    def recalls(self) -> bool:
        """Whether the network has that cache: its keys are vectors that training does not change."""
        return self.recall and self.knowledge and not self.text.trained


class ExpressionOptions(Configuration):
    """Which expressions a batch has, and what counts as there. Defaults: Section 4.2 and Table 2c."""

    source: Literal["phrases", "classes"] = Field(
        "phrases",
        description="phrases: what captions call things; classes: all class names of the label space (Table 1).",
    )
    share: float = Field(
        1.0,
        gt=0,
        le=1,
        description="Share of the images that are learned from (Table 2d), by a hash of their keys.",
    )
    per_image: PositiveInt = Field(3, description="Phrases of an image that are drawn for a batch, at most.")
    class_names: Literal["none", "foreground", "all"] = Field(
        "none", description="Class names that are among the expressions of every batch; not in the paper."
    )
    targets: Literal["identity", "tf-idf"] = Field(
        "identity", description="When two expressions are the same: text for text, or as far as they share words."
    )
    entailed: Literal["negative", "ignored", "positive"] = Field(
        "negative",
        description="What an expression is to an image of which one is said that has all its words, and more "
        "('dog' to 'brown dog'); the paper: negative.",
    )
    synonyms: Literal["negative", "ignored"] = Field(
        "negative",
        description="What an expression is to an image that has things of its class, called otherwise ('puppy' "
        "to 'dog'); the paper: negative.",
    )

    @property
    def named(self) -> Literal["none", "foreground", "all"]:
        """The class names that are in every batch."""
        return "foreground" if self.source == "classes" and self.class_names == "none" else self.class_names


class ReferringLossOptions(Configuration):
    """The loss. Defaults: Section 3.3."""

    reduction: Literal["sum", "mean"] = Field(
        "sum",
        description="Over the expressions of a batch: the paper sums; a mean, as the public code of SPA has it, "
        "learns about a hundred times as slowly at the same rate.",
    )
    balanced: bool = Field(
        False, description="What is there weighs as much as what is not, in every image; not in the paper."
    )
    apart: Weight = Field(
        0.0,
        description="Weight of the overlap between maps of an image's expressions of different classes (PCNet's "
        "idea); 0: they may overlap.",
    )


class ReferringTraining(TrainingOptions):
    """Defaults: Section 4.2, weak supervision; epochs in the place of its 120,000 steps on PhraseCut."""

    epochs: PositiveInt = Field(53, description="Passes over the images: 120,000 batches of 32 of 72,000.")
    batch_size: PositiveInt = Field(32, description="Images per step, over all processes and parts.")
    learning_rate: Rate = Field(1e-3, description="Initial rate.")
    new_layer_factor: Factor = Field(1.0, description="Rate of the projections / learning_rate.")
    weight_decay: Weight = Field(1e-4, description="L2 penalty on all trained parameters.")


class ReferringConfig(TrainingConfig):
    """The network, its loss, its training and what it sees. Defaults: weak supervision of Strudel et al."""

    command: ClassVar[str] = TRAIN_REFERRING

    backbone: str = Field("vit-s16", description="Name of a backbone.")
    unlabelled_images: bool = Field(
        True, description="Learn from images of which nothing is said too, as examples of what is not there."
    )
    supervision: Literal["texts", "masks", "boxes"] = Field(
        "texts",
        description="texts: what captions say; masks: where expressions refer to, by Dice (Eq. 9); boxes: which "
        "patches lie in the boxes of expressions (Table 2e).",
    )
    start: str | None = Field(None, description="A finished run of refer train that it goes on from (Table 2e).")
    localizer: str = Field(
        NONE,
        description="With network.knowledge, whose rows class names start from, in the place of ImageNet's: a "
        "finished run of train-localizer on the same backbone, or a saved segmenter with a linear head; packaged: "
        "the model that ships, where it has this backbone; none: nobody's. Not in the paper.",
    )
    crop: CropOptions = CropOptions(size=384)
    network: ReferringOptions = ReferringOptions()
    expressions: ExpressionOptions = ExpressionOptions()
    loss: ReferringLossOptions = ReferringLossOptions()
    training: ReferringTraining = ReferringTraining()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.network.text.encoder == CLASSES and self.expressions.source != "classes":
            raise ValueError(
                "embeddings of class names (network.text.encoder) know no phrases; set expressions.source=classes"
            )
        if self.network.scale > self.network.greatest_scale:
            raise ValueError(f"the scale begins above its greatest value, {self.network.greatest_scale:g}")
        return self

    @property
    def classifier_use(self) -> ClassifierUse | None:
        """The projections, where knowledge is asked for."""
        if not self.network.knowledge:
            return None
        what = "a start from the ImageNet classifier (network.knowledge) needs"
        return ClassifierUse(what, "network.knowledge=false")

    def classifier_weights(self) -> Path | None:
        """As of every training. Raises UsageError for embeddings of class names, which know no words, too."""
        if self.network.knowledge and self.network.text.encoder == CLASSES:
            raise UsageError(
                "a start from the ImageNet classifier (network.knowledge) needs a language model. Set "
                "network.text.encoder, or --set network.knowledge=false"
            )
        return super().classifier_weights()

    def identity(self) -> dict[str, Any]:
        """As of every training, with the language model by its weights, unless these are among the network's."""
        found = super().identity()
        text = found["network"]["text"]
        text["encoder"] = None if self.network.text.trained else language_digest(self.text_folder())
        return found

    def earlier_weights(self) -> Path | None:
        """The weights of the run that it goes on from; None: it starts anew.

        Raises InputError where that is no finished run of the same command.
        """
        return None if self.start is None else finished_weights(Path(self.start), TRAIN_REFERRING)

    def localizer_weights(self) -> Path | None:
        """The weights whose rows class names start from; None: they start from ImageNet's, or from nothing.

        Raises InputError where that is no finished localizer, UsageError where it is no run and no saved model, or
        has another backbone.
        """
        if self.localizer == NONE or not self.network.knowledge:
            return None
        folder = SHIPPED if self.localizer == PACKAGED else Path(self.localizer)
        run = RunFolder(folder)
        if self.localizer != PACKAGED and not is_saved(folder) and not run.has_record:
            raise UsageError(
                f"--localizer: got {folder}, which is no folder of a run, expected that of a finished run of "
                f"train-localizer, a saved segmenter, {PACKAGED} or {NONE}{run.hint}"
            )
        weights = run.weights if is_saved(folder) else finished_weights(folder, TRAIN_LOCALIZER)
        if same_layers(backbone_of(folder), self.backbone):
            return weights
        if self.localizer == PACKAGED:
            return None
        raise UsageError(
            f"{folder}: got a localizer with the backbone {backbone_of(folder)}, expected {self.backbone}, whose "
            "cells its rows have to read. Train one with this backbone, or --localizer none"
        )

    def start_files(self) -> Mapping[str, Path]:
        """As of every training, and the weights of the run that it goes on from and of the localizer."""
        others = {
            "the run that it starts from": self.earlier_weights(),
            "the localizer": self.localizer_weights(),
        }
        given = {role: path for role, path in others.items() if path is not None}
        return {**super().start_files(), **given}

    def places(self) -> Mapping[str, Path]:
        """As of every training, the run and the localizer that it starts from, the language model's folder."""
        found = dict(super().places())
        if self.start is not None:
            found["start"] = Path(self.start)
        if self.localizer not in (NONE, PACKAGED):
            found["localizer"] = Path(self.localizer)
        encoder = self.network.text.encoder
        folder = named_place(encoder)
        if encoder not in (CLASSES, PACKAGED) and folder.is_dir():
            found["network.text.encoder"] = folder
        return found

    def model_folders(self) -> Sequence[Path]:
        """As of every training, and that of the language model."""
        with suppress(CapparseError):
            if text := self.text_folder():
                return [*super().model_folders(), text]
        return super().model_folders()

    def text_folder(self) -> Path | None:
        """The folder of the language model; None: there is none. Raises as `text_folder.text_folder` does."""
        encoder = self.network.text.encoder
        return None if encoder == CLASSES else text_folder(encoder)
