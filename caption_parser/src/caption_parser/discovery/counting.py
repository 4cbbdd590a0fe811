"""How often a corpus of captions mentions each noun synset, kept in a file so that it is read only once."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from pydantic import NonNegativeInt, PositiveInt

from caption_parser.config import ParserConfig
from caption_parser.json_file import read_json_file
from caption_parser.lexicon import Lexicon, Synset
from caption_parser.readers import ReadingOptions, read_captions
from caption_parser.runs.batches import Batch, LabelImages, into_batches
from caption_parser.runs.grouping import Intake, group_by_image
from caption_parser.runs.job import Parser, Progress
from caption_parser.runs.options import Processes, process_count
from caption_parser.runs.run import load_parser
from shared_runtime.collection import rare_collection
from shared_runtime.configuration import FrozenModel, differing
from shared_runtime.errors import InputError
from shared_runtime.workers import map_ordered
from shared_schemas import ImageLabels, LabelSpace, Rule
from shared_schemas.files import replace_file


class _Captions(FrozenModel):
    captions: tuple[str, ...]
    """Paths and patterns of the input."""


class CorpusSettings(ReadingOptions, _Captions):
    """All that the counts depend on, but for the captions themselves.

    The fields of the last base class come first, so that the paths precede the rest in the file of counts.
    """

    capparse: str
    """Version."""
    config: ParserConfig
    """`label_space` is left at its default: of a label space, only its own words matter."""
    words: tuple[str, ...]
    """Those of the label space: what is found beside WordNet's lemmas."""


class CorpusCounts(FrozenModel):
    """The synsets of a corpus with their numbers of mentions."""

    settings: CorpusSettings
    captions: NonNegativeInt
    rejected: NonNegativeInt
    """Rows without a usable caption."""
    synsets: dict[str, PositiveInt]
    """Name of the synset → mentions, the most frequent first."""

    @classmethod
    def read(cls, path: Path, expected: CorpusSettings) -> Self:
        """The counts in `path`; raises `InputError` if it holds no counts, or those of other settings."""
        counts = read_json_file(path, cls, "capparse discover --counts")
        changes = [f"{name}: {old} → {new}" for name, old, new in differing(counts.settings, expected)]
        if changes:
            raise InputError(
                f"{path} holds counts made with different settings: {'; '.join(changes)}."
                " Delete it to count again, or give --counts another file"
            )
        return counts

    def write(self, path: Path) -> None:
        """Write the counts, whole or not at all."""
        replace_file(path, self.model_dump_json(indent=1).encode() + b"\n")

    def by_synset(self, lexicon: Lexicon) -> dict[Synset, int]:
        """The counts by the lexicon's numbers; raises `UnknownSynsetError` for a name that it lacks."""
        return {lexicon.synset(name): count for name, count in self.synsets.items()}


def words_of(label_space: LabelSpace) -> tuple[str, ...]:
    """The phrases, words and neologisms of a label space, and the names of what has nothing else, sorted."""
    phrases = {phrase for label in label_space.classes for phrase in (*label.phrases, *label.words)}
    names = {label.spoken_name for label in label_space.classes if label.is_named_alone}
    return tuple(sorted(phrases | names | set(label_space.neologisms)))


def mentioned_synsets(records: Iterable[ImageLabels]) -> Counter[str]:
    """Nouns per synset, of records that keep unlabelled mentions.

    Flagged mentions show no object, and what is implied has no noun.
    """
    return Counter(
        mention.synset
        for record in records
        for mention in record.mentions
        if mention.synset is not None and not mention.flags and mention.rule is not Rule.IMPLIED
    )


def ranked(counts: Mapping[str, int]) -> dict[str, int]:
    """The most frequent first, then in the order of the alphabet."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


@dataclass(frozen=True, slots=True)
class _CountBatch:
    label_images: LabelImages

    def __call__(self, batch: Batch) -> tuple[int, Counter[str]]:
        """The number of captions and their synsets."""
        return batch.captions, mentioned_synsets(self.label_images(batch.images))


def count_synsets(
    settings: CorpusSettings,
    label_space: str,
    *,
    processes: Processes = "auto",
    progress: Callable[[Progress], None] = lambda _: None,
    build_parser: Callable[[ParserConfig], Parser] = load_parser,
) -> CorpusCounts:
    """Read the captions that `settings` names and count the synsets that they mention.

    Raises what `read_captions` and `CaptionParser` raise.
    """
    # All senses are asked for: what leads to no class of the label space may lead to one that is yet to be found.
    asked = {"skip_undisputed": False, "certainty": 1.0}
    needed = {"label_space": label_space, "keep_unlabelled": True} | asked
    config = settings.config.model_copy(update=needed)
    intake = Intake(read_captions(settings.captions, settings), lambda _: None)
    count_batch = _CountBatch(build_parser(config).label_images)
    rebuild = partial(_rebuilt, build_parser, config)
    mentions: Counter[str] = Counter()
    captions = 0
    with group_by_image(intake) as images, rare_collection(freeze=True):
        workers = process_count(processes, small=False)
        counted = map_ordered(count_batch, into_batches(images), processes=workers, rebuild_task=rebuild)
        with closing(counted) as results:
            for captions_of_batch, of_batch in results:
                captions += captions_of_batch
                mentions.update(of_batch)
                progress(Progress("labelling", captions, images.captions))
    return CorpusCounts(
        settings=settings, captions=captions, rejected=intake.rejected.total(), synsets=ranked(mentions)
    )


def _rebuilt(build_parser: Callable[[ParserConfig], Parser], config: ParserConfig) -> _CountBatch:
    return _CountBatch(build_parser(config).label_images)
