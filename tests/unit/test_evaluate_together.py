"""Two networks are measured as the engine joins them."""

import numpy as np

from detection.evaluate.predictions import Predicted
from detection.evaluate.together import together
from detection.labelled import CLASSES

BOX = (0.2, 0.2, 0.6, 0.6)


def said(*reports: tuple[str, float]) -> Predicted:
    return Predicted(
        (640, 480),
        np.array([BOX for _ in reports], np.float64).reshape(-1, 4),
        np.array([score for _, score in reports], np.float64),
        np.array([CLASSES.index(name) for name, _ in reports], np.intp),
    )


def test_each_picture_has_what_both_networks_say_of_it():
    road = [said(("animal", 0.4), ("barrier", 0.5)), said(("cone", 0.3)), said()]
    coco = [said(("animal", 0.5)), said(("animal", 0.2)), said()]
    both, cone, nothing = together(road, coco)

    assert [CLASSES[number] for number in both.classes] == ["animal"]
    assert both.scores.tolist() == [0.7]
    assert (both.size_px, both.boxes.tolist()) == ((640, 480), [list(BOX)])
    assert [CLASSES[number] for number in cone.classes] == ["cone"]
    assert len(nothing.scores) == 0


def test_a_deer_is_an_animal_and_stands_beside_it():
    """Labels have both boxes: what is named must not be missed as what it is."""
    road = [
        said(("animal", 0.6), ("deer", 0.5)),
        said(("deer", 0.5)),
        said(("barrier", 0.9), ("deer", 0.5)),
    ]
    coco = [said(("animal", 0.5)), said(), said()]
    both, named, hidden = together(road, coco)

    assert [CLASSES[number] for number in both.classes] == ["animal", "deer"]
    assert both.scores.tolist() == [0.8, 0.5]
    assert [CLASSES[number] for number in named.classes] == ["animal", "deer"]
    assert [CLASSES[number] for number in hidden.classes] == ["barrier"]
