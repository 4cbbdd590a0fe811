"""`train_senses`: from sense-tagged corpora and an encoder to a model folder."""

import importlib.metadata
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from caption_parser.lexicon import Lexicon, default_lexicon
from caption_parser.senses.corpora import TaggedSentence, read_corpus
from caption_parser.senses.training.classifier import train_classifier
from caption_parser.senses.training.job import Listener, PretrainedEncoder, Target, TrainingJob, load_encoder
from caption_parser.senses.training.options import TrainingOptions
from caption_parser.senses.training.texts import TrainingText, example_sentences, gloss_sentences, training_texts
from caption_parser.senses.training.vectors import train_vectors
from caption_parser.senses.word_encoder import SubtokenLocator
from shared_runtime.errors import InputError
from shared_runtime.files import file_digest

SYSTEMS = {"vectors": train_vectors, "classifier": train_classifier}


def train_senses(
    options: TrainingOptions,
    folder: Path,
    work: Path,
    *,
    listener: Listener | None = None,
    lexicon: Lexicon | None = None,
) -> None:
    """Train a sense model and write it to `folder`, whose name becomes its name.

    Checkpoints and metrics stand in `work`; an interrupted training resumes from there.

    Raises InputError for corpora that cannot be used, MissingResourceError for an encoder or a WordNet that is
    not there, UsageError if `work` holds a training with other options.
    """
    lexicon, listener = lexicon or default_lexicon(), listener or Listener()
    work.mkdir(parents=True, exist_ok=True)
    pretrained = load_encoder(options.encoder)
    occurrences, glosses = _read_texts(options, pretrained, lexicon)
    listener.say(
        f"{len(occurrences)} texts, {sum(len(text.words) for text in occurrences)} words, {len(glosses)} glosses"
    )
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    target = Target(unfinished, work, folder.name, _provenance(options))
    job = TrainingJob(options, pretrained, occurrences, glosses, lexicon, target, listener)
    SYSTEMS[options.system](job)
    if folder.exists():
        shutil.rmtree(folder)
    unfinished.rename(folder)


def _read_texts(
    options: TrainingOptions, pretrained: PretrainedEncoder, lexicon: Lexicon
) -> tuple[list[TrainingText], list[TrainingText]]:
    """Texts in which senses occur (corpora, then usage examples), and glosses."""
    limit = min(options.max_subtokens, pretrained.max_subtokens)
    locator = SubtokenLocator(pretrained.tokenizer, options.pooling, limit)
    # A classifier learns its groups from words of a single sense, too; vectors are compared within a word.
    least = 1 if options.system == "classifier" else 2
    sentences = _corpus_sentences(options)
    occurrences = list(training_texts(sentences, locator, lexicon, natural=True, least_senses=least))
    if not occurrences:
        raise InputError(
            f"{', '.join(map(str, options.corpora))}: no word with several senses is tagged. Expected a corpus "
            "with sense keys of WordNet 3.0"
        )
    if options.wordnet is not None:
        examples = example_sentences(options.wordnet, lexicon)
        occurrences += training_texts(examples, locator, lexicon, natural=False)
    glosses = list(training_texts(gloss_sentences(lexicon), locator, lexicon, natural=False))
    return occurrences, glosses


def _corpus_sentences(options: TrainingOptions) -> Iterator[TaggedSentence]:
    for path in options.corpora:
        yield from read_corpus(path)


def _provenance(options: TrainingOptions) -> dict[str, Any]:
    """The options with names in place of paths, the corpora's checksums, and the versions of what trained it."""
    written = options.model_dump(mode="json", exclude={"corpora", "wordnet", "version"})
    written["encoder"] = Path(options.encoder).name if Path(options.encoder).is_dir() else options.encoder
    written["corpora"] = {path.name: file_digest(path) for path in options.corpora}
    written["wordnet_texts"] = options.wordnet is not None
    written["versions"] = {
        name: importlib.metadata.version(name) for name in ("torch", "transformers", "onnxruntime")
    }
    return written
