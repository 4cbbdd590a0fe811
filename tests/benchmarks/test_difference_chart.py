"""The chart is well-formed SVG whose bars have the lengths that the values say."""

from xml.etree import ElementTree

from benchmarks.difference_chart import difference_chart

SVG = "{http://www.w3.org/2000/svg}"


def test_bars_share_one_scale_and_the_largest_gain_is_on_top() -> None:
    root = ElementTree.fromstring(difference_chart("a < b", [("loss", -0.1), ("gain", 0.4), ("half", 0.2)]))
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert texts == ["a < b", "gain", "+0.400", "half", "+0.200", "loss", "-0.100"]
    _, gain, half, loss = (float(element.attrib["width"]) for element in root.iter(f"{SVG}rect"))
    assert abs(gain - 2 * half) < 0.2
    assert abs(half - 2 * loss) < 0.2


def test_no_bars_make_an_empty_chart() -> None:
    root = ElementTree.fromstring(difference_chart("nothing", []))
    assert [element.text for element in root.iter(f"{SVG}text")] == ["nothing"]
