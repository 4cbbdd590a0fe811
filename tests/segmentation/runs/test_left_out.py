"""What is told of what a run leaves out."""

from segmentation.data.targets import SkippedImage, SkipReason
from segmentation.runs.left_out import SHOWN, LeftOut, fault_lines


def test_the_first_faults_are_told_and_the_others_counted() -> None:
    skipped = [SkippedImage(line, None, SkipReason.BAD_RECORD, "no record") for line in range(1, SHOWN + 3)]
    lines = [*LeftOut(skipped).lines()]
    assert lines[:SHOWN] == [f"skipped: line {line}: no record" for line in range(1, SHOWN + 1)]
    assert lines[SHOWN:] == ["skipped: 2 more of the label file"]
    assert [*fault_lines("left out", ["a.png: gone"])] == ["left out: a.png: gone"]
