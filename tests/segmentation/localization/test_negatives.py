"""Which pairs an image is supervised with: by hand where nothing is drawn, by invariants where it is."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.localization.losses import SupervisedPairs, supervised_pairs

Pairs = set[tuple[int, int, int]]


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def described(n_classes: int, n_attributes: int, images: list[dict[int, tuple[int, ...]]]) -> torch.Tensor:
    attributes = torch.zeros(len(images), n_classes, n_attributes, dtype=torch.bool)
    for image, by_class in enumerate(images):
        for column, present in by_class.items():
            attributes[image, column, list(present)] = True
    return attributes


def split(sampled: SupervisedPairs) -> tuple[Pairs, Pairs]:
    triples = list(zip(*(axis.tolist() for axis in sampled.pairs), strict=True))
    assert len(set(triples)) == len(triples)
    positive = {
        triple for triple, is_positive in zip(triples, sampled.positive.tolist(), strict=True) if is_positive
    }
    return positive, set(triples) - positive


def test_all_other_attributes_of_a_described_class_are_negative() -> None:
    classes = torch.tensor([[True, True, False]])
    attributes = described(3, 4, [{0: (1, 3)}])
    positive, negative = split(supervised_pairs(classes, attributes, 0, seeded()))
    assert positive == {(0, 0, 1), (0, 0, 3)}
    assert negative == {(0, 0, 0), (0, 0, 2)}


def test_an_absent_class_is_drawn_with_the_attribute_of_the_positive() -> None:
    classes = torch.tensor([[True, True, False]])
    positive, negative = split(supervised_pairs(classes, described(3, 2, [{0: (1,)}]), 1, seeded()))
    assert positive == {(0, 0, 1)}
    assert negative == {(0, 0, 0), (0, 2, 1)}


def test_a_pair_drawn_for_two_positives_counts_once() -> None:
    classes = torch.tensor([[True, True, False]])
    _, negative = split(supervised_pairs(classes, described(3, 1, [{0: (0,), 1: (0,)}]), 10, seeded()))
    assert negative == {(0, 2, 0)}


def test_nothing_is_drawn_where_every_class_is_present() -> None:
    classes = torch.tensor([[True, True]])
    positive, negative = split(supervised_pairs(classes, described(2, 1, [{0: (0,)}]), 10, seeded()))
    assert (positive, negative) == ({(0, 0, 0)}, set())


def test_an_image_without_attributes_has_no_pairs() -> None:
    classes = torch.tensor([[True, False], [True, False]])
    sampled = supervised_pairs(classes, described(2, 2, [{}, {0: (0,)}]), 10, seeded())
    assert set(sampled.pairs.images.tolist()) == {1}
    assert len(supervised_pairs(classes, described(2, 2, [{}, {}]), 10, seeded()).pairs) == 0


def test_every_absent_class_is_drawn_as_often() -> None:
    classes = torch.tensor([[True, False, False, False, False]])
    attributes = described(5, 1, [{0: (0,)}])
    generator, counts = seeded(), torch.zeros(5, dtype=torch.long)
    for _ in range(1000):
        _, negative = split(supervised_pairs(classes, attributes, 2, generator))
        counts[[column for _, column, _ in negative]] += 1
    assert counts[0] == 0
    assert counts.sum() == 2000
    assert counts[1:].min() > 430


@settings(deadline=None)  # torch loads parts of itself when first called
@given(data=st.data())
def test_pairs_are_the_sets_of_equation_8(data: st.DataObject) -> None:
    n_images, n_classes, n_attributes = (data.draw(st.integers(1, high)) for high in (3, 6, 4))
    rng = seeded(data.draw(st.integers(0, 2**16)))
    classes = torch.rand(n_images, n_classes, generator=rng) < 0.5
    attributes = (torch.rand(n_images, n_classes, n_attributes, generator=rng) < 0.3) & classes[:, :, None]
    negatives = data.draw(st.integers(0, 7))
    sampled = supervised_pairs(classes, attributes, negatives, seeded(1))
    positive, negative = split(sampled)

    assert positive == {tuple(index) for index in attributes.nonzero().tolist()}
    same_class = {(n, c, a) for n, c, _ in positive for a in range(n_attributes)} - positive
    other_class = negative - same_class
    assert same_class <= negative
    for image in range(n_images):
        n_absent = int((~classes[image]).sum())
        for attribute in range(n_attributes):
            drawn = {c for n, c, a in other_class if (n, a) == (image, attribute)}
            n_positives = sum((n, a) == (image, attribute) for n, _, a in positive)
            assert not classes[image, list(drawn)].any()
            assert min(negatives, n_absent) * bool(n_positives) <= len(drawn)
            assert len(drawn) <= min(negatives * n_positives, n_absent)

    again = supervised_pairs(classes, attributes, negatives, seeded(1))
    assert all(torch.equal(one, other) for one, other in zip(again.pairs, sampled.pairs, strict=True))
