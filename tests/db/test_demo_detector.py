"""The demonstration runs on after an update of the weights, and changes nothing else."""

import pytest

from hazardmap.demo.detector import demo_detector
from hazardmap.inference.backlog import live_model
from hazardmap.inference.detector import configured
from hazardmap.inference.services import model_register
from hazardmap.moderation.models import AuditEntry
from hazardmap.moderation.services import model_promote
from tests.made_up_models import model_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def old(tmp_path):
    """The live model, whose files can be replaced: it came before what ships now."""
    manifest, label = model_files(tmp_path / "weights", "old")
    model_register(manifest=manifest, metrics=None)
    model_promote(label=label, by="Mira", overrule="a test")
    return label


def test_weights_that_an_update_has_replaced_are_followed_by_those_that_ship(old, tmp_path):
    model_files(tmp_path / "weights", "new")
    assert "offers" in live_model().problem
    demo_detector()
    assert live_model() == (configured().label, "")
    entry = AuditEntry.objects.latest("at")
    assert (entry.before["live"], entry.reason) == (old, "The weights of the live one are gone.")


def test_a_model_that_is_there_stays_live(old):
    demo_detector()
    assert live_model() == (old, "")


def test_before_the_first_start_there_is_nothing_to_replace():
    demo_detector()
    assert live_model() == ("", "")
