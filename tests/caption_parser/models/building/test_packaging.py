"""The figures stand between the marks of the card, and nothing else of it changes."""

from pathlib import Path

import pytest

from caption_parser.models.building.evaluation import Agreement, Speed
from caption_parser.models.building.packaging import BEGIN, END, Figures, write_figures
from shared_runtime.errors import MissingResourceError

FIGURES = Figures(
    size=1_234_567,
    trees={"coco": 4882},
    agreement={"coco": {"caption pipeline": {"clean": Agreement(0.98, 0.97, 0.954, 0.9349)}}},
    speed=Speed(candidate=3000.4, baseline=1000.0),
)


def test_figures_replace_what_stood_between_the_marks(tmp_path: Path) -> None:
    card = tmp_path / "MODEL_CARD.md"
    card.write_text(f"# Card\n{BEGIN}\nold\n{END}\nThe end.\n")
    for _ in range(2):
        write_figures(FIGURES, card)
    text = card.read_text()
    assert text.startswith(
        f"# Card\n{BEGIN}\nSize: 1.23 MB. Speed on one core: 3,000 captions/s against 1,000 (3.00 "
    )
    assert "| caption pipeline | clean | 98.0 | 97.0 | 95.4 | 93.5 |\n" in text
    assert text.endswith(f"{END}\nThe end.\n")
    assert "old" not in text
    assert text.count("### coco (4,882 captions)") == 1


@pytest.mark.parametrize("content", [None, "# Card without marks\n"])
def test_a_card_without_marks_is_refused(content: str | None, tmp_path: Path) -> None:
    card = tmp_path / "MODEL_CARD.md"
    if content is not None:
        card.write_text(content)
    with pytest.raises(MissingResourceError, match="expected a model card"):
        write_figures(FIGURES, card)
