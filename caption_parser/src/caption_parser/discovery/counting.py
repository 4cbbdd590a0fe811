"""From caption files to synset counts, through the same corridor as labels."""

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from caption_parser.config import ParserConfig
from caption_parser.discovery.corpus_counts import CorpusCounts, CorpusSettings, mentioned_synsets, ranked
from caption_parser.readers import read_captions
from caption_parser.runs.batches import Batch, LabelImages, into_batches
from caption_parser.runs.garbage import rare_collection
from caption_parser.runs.grouping import group_by_image
from caption_parser.runs.intake import Intake
from caption_parser.runs.job import Parser, Progress
from caption_parser.runs.options import Processes, process_count
from caption_parser.runs.run import load_parser
from shared_runtime.workers import map_ordered


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
    rows = read_captions(
        settings.captions,
        format=settings.format,
        caption_field=settings.caption_field,
        image_field=settings.image_field,
    )
    intake = Intake(rows, lambda _: None)
    count_batch = _CountBatch(build_parser(config).label_images)
    rebuild = partial(_rebuilt, build_parser, config)
    mentions: Counter[str] = Counter()
    captions = 0
    with group_by_image(intake) as images, rare_collection():
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
