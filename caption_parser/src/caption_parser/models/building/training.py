"""Trains the pipeline of `pipeline.cfg` on a treebank, each epoch on newly perturbed surface forms."""

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import spacy
from spacy import util
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.training.loop import train as run_training_loop
from thinc.api import fix_random_seed

from caption_parser.models.building.perturb import join_sentences, training_form
from caption_parser.models.building.rephrase import noun_list
from caption_parser.models.building.trees import CaptionTree, read_treebank

CONFIG = Path(__file__).with_name("pipeline.cfg")
SENTENCE_PAIRS = 0.04
"""Share of training examples that are two captions in one text."""
LISTS = 0.03
"""Share of training examples that are lists of noun phrases."""
INTRODUCED_TAGS = frozenset({"_SP", ".", ",", "CC", "JJ", "VBP", "VBZ", "WDT"})
"""Tags of the words that perturbed forms add, which a treebank may lack."""

Reader = Callable[[Language], Iterator[Example]]


def train_pipeline(train: Path, dev: Path, folder: Path, *, steps: int | None = None) -> Language:
    """Train, logging scores on `dev` to stderr; return the best checkpoint, whose weights are averaged.

    Args:
        train: Treebank in JSONL, as `write_treebank` writes it.
        dev: Treebank of the evaluations during training.
        folder: Where the checkpoints go.
        steps: Number of updates; None for that of the configuration.
    """
    folder.mkdir(parents=True, exist_ok=True)
    overrides: dict[str, str | int] = {"paths.train": str(train), "paths.dev": str(dev)}
    if steps is not None:
        overrides["training.max_steps"] = steps
    config = util.load_config(CONFIG, overrides=overrides, interpolate=True)
    seed = config["system"]["seed"]
    fix_random_seed(seed)
    nlp = util.load_model_from_config(config, auto_fill=True)
    for tag in sorted(INTRODUCED_TAGS):
        nlp.get_pipe("tagger").add_label(tag)  # type: ignore[attr-defined]
    # spaCy's own initialization looks at the first hundred examples of a streamed corpus: too few for all labels.
    one_epoch = make_perturbed_reader(str(train), seed)
    nlp.initialize(lambda: one_epoch(nlp))
    run_training_loop(nlp, folder, stdout=sys.stderr, stderr=sys.stderr)
    return spacy.load(folder / "model-best")


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
    rng = random.Random(seed)

    def read(nlp: Language) -> Iterator[Example]:
        rng.shuffle(trees)
        for tree in trees:
            form = training_form(tree, rng)
            chance = rng.random()
            if chance < LISTS:
                form = noun_list(trees, rng) or form
            elif chance < LISTS + SENTENCE_PAIRS:
                form = join_sentences(form, training_form(rng.choice(trees), rng))
            yield to_example(form, nlp)

    return read


def to_example(tree: CaptionTree, nlp: Language) -> Example:
    """The caption without annotations beside its tree."""
    reference = tree.to_doc(nlp.vocab)
    return Example(Doc(nlp.vocab, words=list(tree.words)), reference)
