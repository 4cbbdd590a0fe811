"""From the rounds of a discovery to the label space that they extend, with a reason for each class."""

from collections.abc import Collection, Mapping

from caption_parser.discovery.background import Discovery, Round
from caption_parser.lexicon import Lexicon, Synset
from shared_schemas import Kind, LabelClass, LabelSpace

_SYNSETS_SHOWN = 8


def extended_space(label_space: LabelSpace, discovery: Discovery, lexicon: Lexicon, name: str) -> LabelSpace:
    """`label_space` under a new name and with one background class per round behind its own."""
    classes = list(label_space.classes)
    for one in discovery.rounds:
        taken = {label.name.casefold() for label in classes}
        classes.append(
            LabelClass(
                id=len(classes) + 1,
                name=_class_name(one.synset, lexicon, taken),
                kind=Kind.BACKGROUND,
                synsets=(lexicon.name(one.synset),),
                reason=f"Discovered: {one.mentions:,} mentions,"
                f" {sum(one.assigned.values()):,} more of its hyponyms and holonyms.",
            )
        )
    fields = {field: getattr(label_space, field) for field in LabelSpace.model_fields}
    return LabelSpace(**fields | {"name": name, "classes": tuple(classes), "view_of": None, "base_ids": ()})


def class_comments(label_space: LabelSpace, discovery: Discovery, lexicon: Lexicon) -> dict[str, str]:
    """By the name of each discovered class of `label_space`: which synsets it covers in the corpus."""
    of_synset = {synset: label.name for synset, label in label_space.by_synset.items()}
    return {of_synset[lexicon.name(one.synset)]: _comment(one, lexicon) for one in discovery.rounds}


def counted_names(counts: Mapping[Synset, int], lexicon: Lexicon, limit: int = _SYNSETS_SHOWN) -> str:
    """ "avenue.n.01 12, alley.n.01 7, 3 more": the first `limit` in words."""
    shown = [f"{lexicon.name(synset)} {count:,}" for synset, count in list(counts.items())[:limit]]
    more = [f"{len(counts) - limit:,} more"] if len(counts) > limit else []
    return ", ".join([*shown, *more])


def _comment(one: Round, lexicon: Lexicon) -> str:
    counts = {one.synset: one.mentions, **one.assigned}
    return f"Round {one.number}: {counted_names(counts, lexicon)}"


def _class_name(synset: Synset, lexicon: Lexicon, taken: Collection[str]) -> str:
    """The first lemma in words; where a class has that name, with the number of the sense."""
    lemma, pos, number = lexicon.name(synset).rsplit(".", 2)
    name = lemma.replace("_", " ")
    return name if name not in taken else f"{name} ({pos}.{number})"
