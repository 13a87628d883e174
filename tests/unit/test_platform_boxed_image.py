"""Boxes over a picture: markup that a strict content security policy lets through."""

from xml.etree import ElementTree

from hazardmap.core.geometry.box import Box
from hazardmap.platform.boxed_image import ImageBox, boxed_image


def drawn(*boxes: ImageBox) -> ElementTree.Element:
    markup = boxed_image("/picture.jpg", "a <cow>", boxes)
    return ElementTree.fromstring(markup.replace('.jpg" alt="a &lt;cow&gt;">', '.jpg"/>'))  # noqa: S314


def test_a_box_is_drawn_in_percent_of_the_picture():
    (group,) = drawn(ImageBox(Box(0.1, 0.25, 0.35, 0.75), "cow 80%")).iter("g")
    rect = group.findall("rect")[-1].attrib
    assert (rect["x"], rect["y"]) == ("10.00%", "25.00%")
    assert (rect["width"], rect["height"]) == ("25.00%", "50.00%")
    assert group.findtext("text") == "cow 80%"
    assert "strong" in group.attrib["class"]


def test_other_boxes_are_not_strong():
    (group,) = drawn(ImageBox(Box(0.1, 0.2, 0.3, 0.4), "dog", strong=False)).iter("g")
    assert group.attrib["class"] == "box"


def test_words_stay_inside_the_picture():
    (group,) = drawn(ImageBox(Box(0.8, 0.0, 1.0, 0.5), "elephant 90%")).iter("g")
    text = group.find("text")
    assert text is not None
    assert (text.attrib["x"], text.attrib["text-anchor"]) == ("100.00%", "end")
    assert text.attrib["y"] == "50.00%"


def test_words_are_escaped():
    markup = boxed_image("/p.jpg", "", [ImageBox(Box(0, 0.5, 1, 1), "<script>")])
    assert "<script>" not in markup
    assert "style=" not in markup
