"""The experiments: the paper's settings, its figures, and names that resolve."""

import shlex
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from caption_parser.cli import app as capparse_app
from segmentation.backbones.catalog import BACKBONE_NAMES
from segmentation.cli import app
from segmentation.experiments.catalog import DEFAULT, DEFAULT_SEGMENTER, experiments, find_experiment
from segmentation.experiments.experiment import Labels, Scores
from segmentation.grounding.config import GroundingConfig
from segmentation.localization.config import LocalizerConfig
from segmentation.masks.options import MaskOptions
from segmentation.masks.refinement import CrfPreset
from segmentation.scores.contract import NetworkTraits
from segmentation.segmenter.config import SegmenterConfig
from shared_runtime.errors import ExitCode, UsageError

# Table 6 of the paper, row by row: labels, attributes, background, (P, R, mIoU) of masks and of val.
TABLE_6 = {
    "baseline": (Labels.EXACT, False, False, (0.454, 0.558, 0.324), (0.440, 0.536, 0.308)),
    "proposed": (Labels.PARSER, False, False, (0.492, 0.589, 0.359), (0.507, 0.513, 0.338)),
    "attributes": (Labels.PARSER, True, False, (0.491, 0.611, 0.368), (0.505, 0.524, 0.344)),
    "background": (Labels.PARSER, False, True, (0.547, 0.526, 0.359), (0.554, 0.491, 0.352)),
    "full": (Labels.PARSER, True, True, (0.549, 0.543, 0.369), (0.560, 0.497, 0.357)),
    "ground-truth": (Labels.TRUTH, False, False, (0.429, 0.674, 0.349), (0.448, 0.536, 0.330)),
}


def test_the_defaults_are_table_2() -> None:
    config = LocalizerConfig()
    network, training, crop = config.network, config.training, config.crop
    assert (network.d_cls, network.d_attr, network.d_comp) == (512, 512, 512)
    assert (training.epochs, training.batch_size, training.weight_decay) == (15, 18, 0.0005)
    assert (training.learning_rate, training.power, training.new_layer_factor) == (0.01, 0.9, 10)
    assert (network.lambda_fg, network.lambda_bg, network.lambda_comp) == (1.0, 0.1, 0.1)
    assert (crop.size, crop.area, crop.aspect, crop.flip) == (321, (0.6, 1.0), (3 / 4, 4 / 3), 0.5)
    assert config.backbone == "resnet50"
    assert training.momentum == 0  # "polynomial scheduling momentum" is the exponent of the schedule
    assert config.unlabelled_images


PAPER_TABLES = [
    name
    for name, experiment in experiments().items()
    if name.startswith("table") and isinstance(experiment.config, LocalizerConfig)
]
SEGMENTERS = [name for name, experiment in experiments().items() if isinstance(experiment.config, SegmenterConfig)]


@pytest.mark.parametrize("name", PAPER_TABLES)
def test_the_experiments_of_the_paper_make_the_papers_masks(name: str) -> None:
    """Sections III-C and IV-C: the original image, one scale, nothing of ours; α by backbone, γ = 0.7."""
    experiment = find_experiment(name)
    options = mask_options(experiment.commands[2])
    assert options == MaskOptions(
        input_size="original", propagation=0, consensus=False, crf_preset=CrfPreset.REFERENCE
    )
    config = experiment.config
    traits = NetworkTraits(config.backbone, pretrained=True, crop_size=321, attributes=True, background=True)
    resolved = options.resolved(traits)
    alphas = {"resnet50": 8.0, "vgg16": 4.0, "resnet38": 5.0}
    assert (resolved.alpha, resolved.gamma, resolved.refine) == (alphas[config.backbone], 0.7, "dense-crf")
    assert (resolved.scales, resolved.flip, resolved.propagation, resolved.consensus) == ((1.0,), False, 0, False)
    assert config.training.momentum == 0


def test_what_tables_were_scored_on() -> None:
    for name in PAPER_TABLES:
        listed = "--image-list TRAINVAL4K.txt" in find_experiment(name).commands[3]
        assert listed == name.startswith(("table6", "table9"))


def mask_options(printed: str) -> MaskOptions:
    """What `capseg make-masks` hands on when it is called as printed."""
    program, command, *arguments = shlex.split(printed)
    assert (program, command) == ("capseg", "make-masks")
    seen: list[MaskOptions] = []
    with pytest.MonkeyPatch.context() as patch:

        def note(_inputs: object, _output: object, options: MaskOptions, *_: object, **__: object) -> None:
            seen.append(options)
            raise UsageError("seen")

        patch.setattr(import_module("segmentation.cli.make_masks"), "make_masks", note)
        CliRunner().invoke(app, [command, *arguments])
    return seen[0]


@pytest.mark.parametrize("name", experiments())
def test_the_commands_of_every_experiment_parse(name: str) -> None:
    """Each command takes the options that are printed for it; nothing is run."""
    for printed in find_experiment(name).commands:
        program, *arguments = shlex.split(printed)
        group: Any = typer.main.get_command(app if program == "capseg" else capparse_app)
        name, command, rest = group.resolve_command(group.make_context(program, arguments[:1]), arguments)
        command.make_context(name, rest)


@pytest.mark.parametrize("name", TABLE_6)
def test_table_6(name: str) -> None:
    labels, attributes, background, masks, segmenter = TABLE_6[name]
    experiment = find_experiment(f"table6-{name}")
    assert experiment.labels is labels
    assert experiment.config.network.attributes is attributes
    assert experiment.config.network.background is background
    assert experiment.expected is not None
    for scores, (precision, recall, miou) in (
        (experiment.expected.masks, masks),
        (experiment.expected.segmenter, segmenter),
    ):
        assert scores is not None
        assert (scores.precision, scores.recall, scores.miou) == (precision, recall, miou)
    for small in ("lite0-321", "lite0-321-knowledge", "lite0-224", "lite0-224-knowledge", "synthetic"):
        arm = find_experiment(f"{small}-{name}")
        assert arm.labels is labels
        assert (arm.config.network.attributes, arm.config.network.background) == (attributes, background)
        assert arm.config.network.knowledge is ("knowledge" in small)
        assert arm.expected is None


def test_an_arm_differs_from_the_defaults_in_what_it_names_alone() -> None:
    changed = find_experiment("table6-attributes").config.network.model_copy(update={"background": True})
    assert changed == LocalizerConfig().network
    assert find_experiment("table10-standard-bce").config.network.balanced is False
    assert find_experiment("table10-balanced-bce").config == find_experiment("table6-full").config
    assert find_experiment("table3-vgg16").config == LocalizerConfig(backbone="vgg16")


@pytest.mark.parametrize("name", experiments())
def test_every_experiment_can_be_run_as_it_says(name: str) -> None:
    experiment = find_experiment(name)
    assert experiment.name == name
    assert experiment.config.backbone in BACKBONE_NAMES
    assert type(experiment.config).model_validate_json(experiment.config.model_dump_json()) == experiment.config
    text = experiment.describe()
    assert f"--config {name}" in text
    assert ("--weights CHECKPOINT" in text) is (experiment.config.weights is None)
    assert "Cost: " in text
    assert ("The paper has no figure" in text) is (experiment.expected is None)


def test_the_description_of_an_experiment() -> None:
    assert find_experiment("table9-verbs").describe().splitlines() == [
        "ResNet-50 as in Table 2, without background classes; attributes: verbs.",
        "",
        "  capparse label CAPTIONS -o LABELS.jsonl --mode paper --attributes verbs --also predicates",
        "  capseg train-localizer --images IMAGES --labels LABELS.jsonl -o RUN --config table9-verbs"
        " --weights CHECKPOINT",
        "  capseg make-masks RUN --images IMAGES --labels LABELS.jsonl -o MASKS"
        " --input-size original --propagation 0 --no-consensus --crf-preset reference",
        "  capseg evaluate MASKS --truth INSTANCES.json --image-list TRAINVAL4K.txt",
        "",
        "Cost: COCO train2014, 82,783 images, 15 epochs, 68,985 steps of 18 images at 321 × 321: needs a GPU; not"
        " run by us.",
        "Table 9, verbs: masks of training images, with dense CRF: mIoU 0.356.",
        "Table 9, verbs: segmentation network, val: mIoU 0.336.",
    ]


def test_experiments_on_the_synthetic_world_name_its_label_space() -> None:
    for name in ("synthetic-full", "synthetic-table9-verbs"):
        label, train, masks, evaluate = find_experiment(name).commands
        assert all(
            command.endswith(" --label-space WORLD/label_space.json") for command in (label, train, evaluate)
        )
        assert "--label-space" not in masks  # a run knows its own
    assert not any("--label-space" in command for command in find_experiment("lite0-224-full").commands)


def test_the_defaults_need_no_file_of_the_user() -> None:
    for name in (DEFAULT, DEFAULT_SEGMENTER):
        assert find_experiment(name).config.weights == "packaged"


def test_the_defaults_of_a_segmenter_are_the_papers() -> None:
    """Section IV-C4, and the rates of DeepLab v2."""
    config = SegmenterConfig()
    network, training, crop = config.network, config.training, config.crop
    assert (config.backbone, network.head, network.dilations) == ("vgg16-deeplab", "aspp", (6, 12, 18, 24))
    assert (network.channels, network.dropout, network.rows) == (1024, 0.5, "random")
    assert (config.loss.kind, config.loss.stride) == ("balanced", None)
    assert not config.loss.noise.any
    assert not config.loss.growing.enabled
    assert (training.learning_rate, training.warmup_steps, training.power) == (0.01, 2000, 0.9)
    assert (training.momentum, training.weight_decay, training.batch_size) == (0.9, 5e-4, 18)
    assert (training.epochs, training.new_layer_factor, training.last_bias_factor) == (10, 10, 20)
    assert (crop.size, crop.flip) == (321, 0.5)


@pytest.mark.parametrize("name", SEGMENTERS)
def test_a_segmenter_learns_from_the_masks_of_a_localizer_of_the_same_labels(name: str) -> None:
    experiment = find_experiment(name)
    source = find_experiment(str(experiment.masks_of))
    assert isinstance(source.config, LocalizerConfig | GroundingConfig)
    assert (source.labels, source.label_space) == (experiment.labels, experiment.label_space)
    label, localizer, masks, train, predict, evaluate = experiment.commands
    assert label == source.commands[0]
    assert localizer == source.commands[1].replace("-o RUN", "-o LOCALIZER")
    assert masks.startswith(source.commands[2].replace("RUN", "LOCALIZER"))
    assert train.startswith(f"capseg train-segmenter --images IMAGES --masks MASKS -o RUN --config {name}")
    assert predict.startswith("capseg predict VAL_IMAGES -o PREDICTED --model RUN")
    assert evaluate.startswith("capseg evaluate PREDICTED --truth VAL_TRUTH")


# Table 7 of the paper: mIoU on VOC's val set and on YouTube-Objects.
TABLE_7 = {
    "baseline": (0.448, 0.528),
    "proposed": (0.512, 0.538),
    "attributes": (0.524, 0.550),
    "background": (0.533, 0.584),
    "full": (0.548, 0.597),
    "ground-truth": (0.503, 0.517),
}


@pytest.mark.parametrize("name", TABLE_7)
def test_right_half_of_table_6_and_table_7(name: str) -> None:
    segmenter = find_experiment(f"table6-{name}-segmenter")
    assert segmenter.expected is not None
    assert segmenter.expected.segmenter == find_experiment(f"table6-{name}").expected.segmenter
    assert segmenter.config == SegmenterConfig()
    for target, miou in zip(("voc", "youtube-objects"), TABLE_7[name], strict=True):
        transferred = find_experiment(f"table7-{name}-{target}")
        assert (transferred.expected.segmenter.miou, transferred.config) == (miou, SegmenterConfig())
        assert transferred.commands[4].endswith(f" --only-classes-of {target}")
        assert transferred.commands[5].endswith(f" --label-space {target} --masks-label-space coco")


# Table 8 of the paper: (P, R, mIoU) on val, full phrases, background classes.
TABLE_8 = {
    "baseline": (Labels.EXACT, False, False, (0.436, 0.539, 0.307)),
    "proposed": (Labels.PARSER, False, False, (0.460, 0.536, 0.321)),
    "phrases": (Labels.PARSER, True, False, (0.484, 0.529, 0.334)),
    "background": (Labels.PARSER, True, True, (0.510, 0.511, 0.342)),
}


@pytest.mark.parametrize("name", TABLE_8)
def test_table_8(name: str) -> None:
    labels, phrases, background, (precision, recall, miou) = TABLE_8[name]
    segmenter = find_experiment(f"table8-{name}-segmenter")
    assert segmenter.expected.segmenter == Scores(miou, precision, recall)
    small = [find_experiment(f"{where}-table8-{name}") for where in ("lite0", "synthetic")]
    # The paper's model learned from whole captions, whatever it is asked for.
    assert all(experiment.config.texts == "captions" for experiment in small)
    paper = find_experiment(f"table8-{name}").config
    assert (paper.backbone, paper.network.text.cell, paper.texts) == ("resnet152", "sru", "captions")
    # DSVE is trained with Adam: plain SGD hardly moves a recurrent network at such rates.
    configs = [paper, *(experiment.config for experiment in small)]
    assert {config.training.optimizer for config in configs} == {"adamw"}
    for experiment in (segmenter, *small):
        assert experiment.labels is labels
        options = mask_options(experiment.commands[2])
        assert (options.alpha, options.compounds, options.positive_background) == (4, phrases, background)


def test_the_figures_of_section_v_e() -> None:
    for name, miou, conversion, refine in (
        ("midpoint", 0.234, "midpoint", "none"),
        ("no-crf", 0.272, "algorithm-1", "none"),
        ("baseline", 0.309, "algorithm-1", "dense-crf"),
    ):
        experiment = find_experiment(f"table8-{name}")
        assert (experiment.labels, experiment.expected.masks) == (Labels.EXACT, Scores(miou))
        options = mask_options(experiment.commands[2]).resolved(NetworkTraits("resnet50", True, 321, False, False))
        assert (options.conversion, options.refine, options.compounds) == (conversion, refine, False)
    for backbone, miou in (("vgg16", 0.216), ("resnet38", 0.285)):
        rival = find_experiment(f"table3-tam-net-{backbone}-segmenter")
        assert (rival.expected.segmenter, rival.labels) == (Scores(miou), Labels.EXACT)
        assert mask_options(rival.commands[2]).conversion == "midpoint"


@pytest.mark.parametrize(
    ("name", "rate", "warmup", "scores"),
    [
        ("1e-3", 0.001, 0, (0.526, 0.470, 0.326)),
        ("1e-3-warmup", 0.001, 2000, (0.525, 0.468, 0.328)),
        ("1e-2-warmup", 0.01, 2000, (0.560, 0.497, 0.357)),
    ],
)
def test_table_11(name: str, rate: float, warmup: int, scores: tuple[float, float, float]) -> None:
    experiment = find_experiment(f"table11-{name}")
    training = experiment.config.training
    assert (training.learning_rate, training.warmup_steps) == (rate, warmup)
    found = experiment.expected.segmenter
    assert (found.precision, found.recall, found.miou) == scores
    assert find_experiment(f"synthetic-table11-{name}").config.training.learning_rate == rate


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"^no experiment is named 'table6-ful'\. Did you mean 'table6-full'\?$"):
        find_experiment("table6-ful")


def test_the_command_lists_and_describes() -> None:
    listed = CliRunner().invoke(app, ["experiments"]).stdout.splitlines()
    names = [line.split()[0] for line in listed if line.startswith("  ")]
    assert sorted(names) == sorted(experiments()), "each in one table"
    assert DEFAULT in names[: names.index("table3-vgg16")]
    headings = [line for line in listed if line and not line.startswith(" ")]
    assert headings[1] == "Vilar & Perez 2021, Table 3"
    assert headings[-1] == "Strudel et al. 2022: TSEG, zero-shot on VOC"
    described = CliRunner().invoke(app, ["experiments", "table10-standard-bce"]).stdout
    assert "mIoU 0.351, precision 0.586, recall 0.466" in described
    assert '"balanced": false' in described


def test_a_text_lists_some() -> None:
    def listed(text: str) -> list[str]:
        done = CliRunner().invoke(app, ["experiments", "--filter", text])
        assert done.exit_code == 0, done.output
        return [line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")]

    assert listed("TABLE10-") == [name for name in experiments() if "table10-" in name]
    assert "synthetic-full" in listed("table 6")
    assert "table6-full" in listed("ResNet-50 as in Table 2")
    first = CliRunner().invoke(app, ["experiments", "--filter", "table 1"]).stdout
    assert "Table 1\n" in first
    assert "Table 10" not in first
    referring = CliRunner().invoke(app, ["experiments", "--filter", "lite0-referring"]).stdout
    assert "unless told otherwise" not in referring, "one of four"
    for words in (["page"], ["-o", "x.md"], ["table6-full", "-o", "x.md"]):
        refused = CliRunner().invoke(app, ["experiments", *words])
        assert refused.exit_code == ExitCode.USAGE
        assert "page ROWS -o FILE" in refused.stderr or "-o: a " in refused.stderr
    nothing = CliRunner().invoke(app, ["experiments", "--filter", "table99"])
    assert nothing.exit_code == 2
    assert "--filter: got 'table99', which no name" in nothing.stderr
    both = CliRunner().invoke(app, ["experiments", "table6-full", "--filter", "x"])
    assert both.exit_code == 2


def test_one_configuration_alone_makes_the_best_masks() -> None:
    best = [experiment.name for experiment in experiments().values() if "the best" in experiment.summary]
    assert best == [DEFAULT]


def test_the_best_one_is_run_as_the_readme_says() -> None:
    """Its labels in the mode that is the default, not in the paper's."""
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    label, train, *_ = find_experiment(DEFAULT).commands
    assert label == "capparse label CAPTIONS -o LABELS.jsonl"
    train = train.replace("IMAGES", "val2017").replace("LABELS", "labels").replace("RUN", "runs/first")
    train = train.removesuffix(f" --config {DEFAULT}")
    assert train in readme


def test_images_without_an_annotated_class_are_learned_from() -> None:
    """Captions may leave out what an image shows; annotations do not."""
    for prefix in ("synthetic", "lite0-224", "lite0-224-knowledge"):
        unlabelled = [
            find_experiment(f"{prefix}-{arm}").config.unlabelled_images for arm in ("proposed", "ground-truth")
        ]
        assert unlabelled == [False, True]
