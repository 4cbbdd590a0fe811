"""Trains the pipeline of `pipeline.cfg` on a treebank, each epoch on newly perturbed surface forms."""

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import spacy
from spacy import util
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.training.loop import train as run_training_loop
from thinc.api import fix_random_seed

from caption_parser.models.building.perturb import join_sentences, training_form
from caption_parser.models.building.recombine import Parts, joined_noun, participle_phrase
from caption_parser.models.building.rephrase import noun_list
from caption_parser.models.building.trees import CaptionTree, read_treebank

CONFIG = Path(__file__).with_name("pipeline.cfg")
SENTENCES = 0.04
"""Share of training examples that are several captions in one text."""
TEXT_LENGTHS = (2, 2, 2, 3, 4, 5, 6)
"""Captions in such a text, one of these numbers."""
LISTS = 0.03
"""Share of training examples that are lists of noun phrases."""
PARTICIPLE_PHRASES = 0.06
"""Share of training examples that are a subject of one caption with a participle of another."""
JOINED_NOUNS = 0.02
"""Share of training examples with one more noun joined to the last."""
GOING_ON_RATE = 0.001
"""Learning rate of a training that goes on from weights."""
INTRODUCED_TAGS = frozenset({"_SP", ".", ",", "CC", "JJ", "VBP", "VBZ", "WDT"})
"""Tags of the words that perturbed forms add, which a treebank may lack."""

NOT_TAKEN = ["vocab", "config", "meta", "tokenizer", "caption_tag_to_pos"]
"""What a training that goes on from a pipeline takes anew."""

Reader = Callable[[Language], Iterator[Example]]


def train_pipeline(
    train: Path, dev: Path, folder: Path, *, steps: int | None = None, going_on_from: Path | None = None
) -> Language:
    """Train, logging scores on `dev` to stderr; return the best checkpoint, whose weights are averaged.

    Args:
        train: Treebank in JSONL, as `write_treebank` writes it.
        dev: Treebank of the evaluations during training.
        folder: Where the checkpoints go.
        steps: Number of updates; None for that of the configuration.
        going_on_from: A pipeline of the same configuration, whose weights are trained further.
    """
    folder.mkdir(parents=True, exist_ok=True)
    overrides: dict[str, str | int | float] = {"paths.train": str(train), "paths.dev": str(dev)}
    if steps is not None:
        overrides["training.max_steps"] = steps
        overrides["training.eval_frequency"] = max(1, steps // 2)
    if going_on_from is not None:
        overrides["training.optimizer.learn_rate.initial_rate"] = GOING_ON_RATE
    config = util.load_config(CONFIG, overrides=overrides, interpolate=True)
    seed = config["system"]["seed"]
    fix_random_seed(seed)
    nlp = util.load_model_from_config(config, auto_fill=True)
    if going_on_from is None:
        _initialize(nlp, str(train), seed)
    else:
        nlp.from_bytes(spacy.load(going_on_from).to_bytes(exclude=NOT_TAKEN), exclude=NOT_TAKEN)
    run_training_loop(nlp, folder, stdout=sys.stderr, stderr=sys.stderr)
    return spacy.load(folder / "model-best")


def _initialize(nlp: Language, train: str, seed: int) -> None:
    """Begin from random weights, with all labels of a treebank."""
    for tag in sorted(INTRODUCED_TAGS):
        nlp.get_pipe("tagger").add_label(tag)  # type: ignore[attr-defined]
    # spaCy's own initialization looks at the first hundred examples of a streamed corpus: too few for all labels.
    one_epoch = make_perturbed_reader(train, seed)
    nlp.initialize(lambda: one_epoch(nlp))


@util.registry.readers("capparse.treebank.v1")  # type: ignore[untyped-decorator]
def make_treebank_reader(path: str) -> Reader:
    """A corpus of the trees as they are."""
    trees = list(read_treebank(Path(path)))

    def read(nlp: Language) -> Iterator[Example]:
        return (to_example(tree, nlp) for tree in trees)

    return read


@util.registry.readers("capparse.perturbed_treebank.v1")  # type: ignore[untyped-decorator]
def make_perturbed_reader(path: str, seed: int) -> Reader:
    """An endless corpus in random order, of new surface forms each time round."""
    trees = list(read_treebank(Path(path)))
    parts = Parts.of(trees)
    rng = random.Random(seed)

    def read(nlp: Language) -> Iterator[Example]:
        rng.shuffle(trees)
        for tree in trees:
            yield to_example(_example(tree, trees, parts, rng), nlp)

    return read


def _example(tree: CaptionTree, trees: Sequence[CaptionTree], parts: Parts, rng: random.Random) -> CaptionTree:
    """What to train on in the place of a tree: a form of it, for the most part."""
    form = training_form(tree, rng)
    kinds: tuple[tuple[float, Callable[[], CaptionTree | None]], ...] = (
        (LISTS, lambda: noun_list(trees, rng)),
        (SENTENCES, lambda: _text(form, trees, rng)),
        (PARTICIPLE_PHRASES, lambda: participle_phrase(parts, rng)),
        (JOINED_NOUNS, lambda: joined_noun(parts, rng)),
    )
    chance = rng.random()
    for share, make in kinds:
        if chance < share:
            made = make()
            return form if made is None else made
        chance -= share
    return form


def _text(first: CaptionTree, trees: Sequence[CaptionTree], rng: random.Random) -> CaptionTree:
    for _ in range(rng.choice(TEXT_LENGTHS) - 1):
        first = join_sentences(first, training_form(rng.choice(trees), rng))
    return first


def to_example(tree: CaptionTree, nlp: Language) -> Example:
    """The caption without annotations beside its tree."""
    reference = tree.to_doc(nlp.vocab)
    return Example(Doc(nlp.vocab, words=list(tree.words)), reference)
