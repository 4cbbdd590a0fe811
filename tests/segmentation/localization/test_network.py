"""Equations 4 and 5 through the whole network, on a backbone that passes pixels on."""

from math import exp, log

import pytest
import torch
from pydantic import ValidationError

from segmentation.localization.config import LocalizationOptions, PoolingOptions
from segmentation.localization.network import CompoundPairs, LocalizationNetwork
from tests.segmentation.localization.pixel_backbone import PixelBackbone

OPTIONS = LocalizationOptions(d_cls=2, d_attr=1, d_comp=2, pooling=PoolingOptions(k=1))
IMAGE = torch.tensor([[[[1.0, 2.0]], [[3.0, 5.0]], [[0.0, 7.0]]]])
"""One image of one row: the pixels (1, 3, 0) and (2, 5, 7)."""


def network(options: LocalizationOptions = OPTIONS, n_attributes: int = 2) -> LocalizationNetwork:
    """F_cls = (red, green - 1), F_comp = (blue, red); class embeddings (1, 0), (0, 1), (-1, 2);
    e_comp = (e_cls[0] + e_attr, e_cls[1]) + (0, 1), with attributes 2 and -1."""
    built = LocalizationNetwork(PixelBackbone(), 3, n_attributes, options)
    with torch.no_grad():
        built.project_cls.weight.copy_(torch.tensor([[1.0, 0, 0], [0, 1.0, 0]])[:, :, None, None])
        built.project_cls.bias.copy_(torch.tensor([0.0, -1.0]))
        built.classes.weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 2.0]]))
        if built.compounds is not None:
            built.project_comp.weight.copy_(torch.tensor([[0, 0, 1.0], [1.0, 0, 0]])[:, :, None, None])
            built.project_comp.bias.zero_()
            built.compounds.attributes.copy_(torch.tensor([[2.0], [-1.0]]))
            built.compounds.affine.weight.copy_(torch.tensor([[1.0, 0, 1.0], [0, 1.0, 0]]))
            built.compounds.affine.bias.copy_(torch.tensor([0.0, 1.0]))
    return built


def test_feature_maps_are_projections_of_the_backbones_cells() -> None:
    maps = network()(IMAGE)
    assert maps.cls.tolist() == [[[[1.0, 2.0]], [[2.0, 4.0]]]]
    assert maps.comp.tolist() == [[[[0.0, 7.0]], [[1.0, 2.0]]]]


def test_class_scores_pool_before_the_inner_product() -> None:
    built = network()
    # per channel highest + lowest: (2 + 1, 4 + 2)
    assert built.class_scores(built(IMAGE).cls).tolist() == [[3.0, 6.0, 9.0]]


def test_weighted_class_scores_pool_the_class_maps() -> None:
    built = network(OPTIONS.model_copy(update={"class_pooling": "weighted"}))
    features = built(IMAGE).cls
    class_maps = built.class_heatmaps(features, [1, 2, 3])
    assert class_maps.tolist() == [[[[1.0, 2.0]], [[2.0, 4.0]], [[3.0, 6.0]]]]
    (found,) = built.class_scores(features)
    for number, (first, second) in enumerate([(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)]):
        # The background's logit is 1; p = 3, λ = 0.01.
        shares = [
            exp(value) / (exp(1) + sum(map(exp, cell)))
            for value, cell in ((first, (1, 2, 3)), (second, (2, 4, 6)))
        ]
        mean = sum(shares) / 2
        pooled = (shares[0] * first + shares[1] * second) / (1 + sum(shares))
        assert found[number].item() == pytest.approx(pooled + (1 - mean) ** 3 * log(0.01 + mean), rel=1e-5)


def test_compound_scores_pool_before_the_inner_product() -> None:
    built = network()
    pairs = CompoundPairs(torch.tensor([0, 0]), torch.tensor([0, 2]), torch.tensor([0, 1]))
    # pooled (7, 3); embeddings (1 + 2, 0 + 1) and (-1 - 1, 2 + 1)
    assert built.compound_scores(built(IMAGE).comp, pairs).tolist() == [24.0, -5.0]


def test_class_heatmaps_are_inner_products_with_every_cell() -> None:
    built = network()
    assert built.class_heatmaps(built(IMAGE).cls, (1, 3)).tolist() == [[[[1.0, 2.0]], [[3.0, 6.0]]]]


def test_compound_heatmaps_are_inner_products_with_every_cell() -> None:
    built = network()
    heatmaps = built.compound_heatmaps(built(IMAGE).comp, [(1, 0), (3, 1)])
    # 3 blue + red and -2 blue + 3 red
    assert heatmaps.tolist() == [[[[1.0, 23.0]], [[3.0, -8.0]]]]


def test_no_ids_give_no_heatmaps() -> None:
    built = network()
    maps = built(IMAGE)
    assert built.class_heatmaps(maps.cls, ()).shape == (1, 0, 1, 2)
    assert built.compound_heatmaps(maps.comp, ()).shape == (1, 0, 1, 2)


@pytest.mark.parametrize("class_id", [0, 4, -1])
def test_class_ids_count_from_one(class_id: int) -> None:
    built = network()
    with pytest.raises(ValueError, match=rf"class ids \[{class_id}\] are not in 1 to 3"):
        built.class_heatmaps(built(IMAGE).cls, (1, class_id))


@pytest.mark.parametrize(
    ("options", "n_attributes"), [(OPTIONS.model_copy(update={"attributes": False}), 2), (OPTIONS, 0)]
)
def test_without_attributes_there_is_no_compound_branch(options: LocalizationOptions, n_attributes: int) -> None:
    built = network(options, n_attributes)
    maps = built(IMAGE)
    assert maps.comp is None
    assert {name.partition(".")[0] for name, _ in built.named_parameters()} == {"project_cls", "classes"}
    with pytest.raises(ValueError, match="no attributes"):
        built.compound_heatmaps(maps.cls, [(1, 0)])


def test_new_parameters_are_all_but_the_backbones() -> None:
    built = network()
    built.backbone.scale = torch.nn.Parameter(torch.ones(1))
    new = {id(parameter) for parameter in built.new_parameters()}
    assert new == {id(parameter) for parameter in built.parameters()} - {id(built.backbone.scale)}


def test_options_default_to_table_2() -> None:
    options = LocalizationOptions()
    assert (options.d_cls, options.d_attr, options.d_comp) == (512, 512, 512)
    assert (options.lambda_fg, options.lambda_bg, options.lambda_comp) == (1.0, 0.1, 0.1)
    assert options.negatives == 10


def test_options_without_a_loss_are_refused() -> None:
    LocalizationOptions(lambda_fg=0)
    with pytest.raises(ValidationError, match="nothing to train"):
        LocalizationOptions(lambda_fg=0, attributes=False, lambda_bg=0)
