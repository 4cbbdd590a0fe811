import random

from hypothesis import given
from hypothesis import strategies as st

from caption_parser.captions import ImageCaptions
from caption_parser.labels.aggregate import aggregate
from shared_schemas import Attribute, Flag, LabelSpace, Mention

IMAGE = ImageCaptions(139, ("Two brown dogs and a black dog.", "A dog, not a bear.", "Grass."), "139.jpg", row=4)


def _mention(
    caption: int,
    label: int | None,
    *,
    count: int | None = None,
    at_least: int | None = None,
    attributes: tuple[str, ...] = (),
    flags: tuple[Flag, ...] = (),
) -> Mention:
    return Mention(
        caption=caption,
        start=0,
        end=1,
        head="x",
        extended_head="x",
        label=label,
        count=count,
        at_least=at_least,
        attributes=tuple(Attribute(name=name, start=0, end=1) for name in attributes),
        flags=flags,
    )


def test_votes_counts_attributes_and_kinds(pets: LabelSpace) -> None:
    mentions = [
        _mention(2, 6),
        _mention(0, 1, count=2, attributes=("brown",)),
        _mention(0, 1, count=1, attributes=("black",)),
        _mention(1, 1, attributes=("brown", "brown")),
        _mention(1, 3, flags=(Flag.NEGATED,)),
        _mention(1, None, count=5),
    ]
    labels = aggregate(IMAGE, mentions, pets)
    assert [c.model_dump() for c in labels.foreground] == [
        {
            "id": 1,
            "name": "dog",
            "votes": 2,
            "confidence": 0.96,
            "category_id": 18,
            "count": 3,
            "at_least": None,
            "attributes": ({"name": "brown", "votes": 2}, {"name": "black", "votes": 1}),
        }
    ]
    assert [(c.id, c.name, c.votes, c.category_id, c.count) for c in labels.background] == [
        (6, "grass", 1, None, None)
    ]
    assert labels.mentions == tuple(mentions)
    assert (labels.image_id, labels.file_name, labels.captions) == (139, "139.jpg", IMAGE.captions)
    assert labels.label_space == pets.reference


def test_the_largest_count_of_one_caption_holds(pets: LabelSpace) -> None:
    mentions = [_mention(0, 1, count=2), _mention(1, 1, count=3), _mention(2, 1)]
    assert aggregate(IMAGE, mentions, pets).foreground[0].count == 3


def test_only_blocking_flags_block(pets: LabelSpace) -> None:
    mentions = [_mention(0, 1, flags=(Flag.DEPICTED,)), _mention(0, 3, flags=(Flag.NEGATED, Flag.IDIOM))]
    assert aggregate(IMAGE, mentions, pets).foreground == ()
    blocking = {Flag.NEGATED}
    assert [c.id for c in aggregate(IMAGE, mentions, pets, blocking=blocking).foreground] == [1]
    assert [c.id for c in aggregate(IMAGE, mentions, pets, blocking=set()).foreground] == [1, 3]


def test_an_image_without_mentions(pets: LabelSpace) -> None:
    labels = aggregate(IMAGE, (), pets)
    assert (labels.foreground, labels.background, labels.mentions, labels.source) == ((), (), (), None)


@given(
    st.lists(
        st.builds(_mention, st.integers(0, 2), st.none() | st.integers(1, 6), count=st.none() | st.integers(1, 9))
    ),
    st.randoms(use_true_random=False),
)
def test_labels_do_not_depend_on_the_order_of_mentions(
    pets: LabelSpace, mentions: list[Mention], order: random.Random
) -> None:
    labels = aggregate(IMAGE, mentions, pets)
    shuffled = order.sample(mentions, len(mentions))
    again = aggregate(IMAGE, shuffled, pets)
    assert (again.foreground, again.background) == (labels.foreground, labels.background)
    expected = {m.label: {n.caption for n in mentions if n.label == m.label} for m in mentions if m.label}
    votes = {c.id: c.votes for c in (*labels.foreground, *labels.background)}
    assert votes == {label: len(captions) for label, captions in expected.items()}
    assert list(votes) == sorted(votes)


def test_the_least_count_stands_where_it_says_more_than_the_stated_one(pets: LabelSpace) -> None:
    def counts(*mentions: Mention) -> tuple[int | None, int | None]:
        (dog,) = aggregate(IMAGE, mentions, pets).foreground
        return dog.count, dog.at_least

    assert counts(_mention(0, 1, at_least=2)) == (None, 2)
    assert counts(_mention(0, 1, count=1), _mention(1, 1, at_least=2)) == (1, 2)
    assert counts(_mention(0, 1, count=3), _mention(1, 1, at_least=2)) == (3, None)
    assert counts(_mention(0, 1), _mention(1, 1, at_least=2, flags=(Flag.DEPICTED,))) == (None, None)
