"""What is to be forgotten is, however often whoever does it is killed: nothing private stays."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django import Settings

from hazardmap.accounts.models import User
from hazardmap.accounts.services import account_leave
from hazardmap.capture.models import Frame, Takedown
from hazardmap.capture.services import frame_accept, pictures_erase
from hazardmap.hazards.image_selectors import best_frames_of
from hazardmap.hazards.models import Hazard
from hazardmap.hazards.services import old_pictures_forget, picture_forget
from hazardmap.inference.models import DetectionRun, ModelVersion, ShadowRun
from hazardmap.leaving.person_forget import people_forget
from hazardmap.platform.ids import new_id
from hazardmap.rewards.services import payout_target_set
from tests.capture_scene import here, picture
from tests.faults.killed import is_killed
from tests.moderation_scene import hazard_at
from tests.whose_rows import tables_with

pytestmark = pytest.mark.django_db(transaction=True)
Job = Callable[[], object]
Scene = Callable[[User, UUID], Iterator[Job]]
"""Made for a contributor who has seen a hazard; gives its job, then looks at what is left."""


def pictures() -> set[str]:
    return {path.stem for path in Path(default_storage.path("")).rglob("*") if path.is_file()}


def of(owner: User) -> list[Frame]:
    return list(Frame.objects.filter(account=owner).order_by("id"))


def somebody_leaves(owner: User, hazard_id: UUID) -> Iterator[Job]:
    device, frames = owner.devices.get(), of(owner)
    version = ModelVersion.objects.get()
    given = {"model_version": version, "live_version": version, "live_ms": 1.0}
    ShadowRun.objects.create(id=new_id(), frame_id=frames[0].id, **given)
    Takedown.objects.create(frame=frames[1])
    frame_accept(account_id=owner.pk, device_id=device.id, image=picture(), metadata=here())
    payout_target_set(owner=owner, name="Aino", iban="DE89370400440532013000")
    account_leave(user=owner)
    User.objects.filter(pk=owner.pk).update(leaving_at=timezone.now() - timedelta(hours=1))
    yield people_forget
    for text in (owner.pk, device.id, device.kid, "DE89370400440532013000"):
        assert tables_with(text) == set(), text
    assert not DetectionRun.objects.filter(frame_id__in=[frame.id for frame in frames]).exists()
    assert not ShadowRun.objects.exists()
    assert pictures() == {str(frame.id) for frame in Frame.objects.all()}, "the other driver's"


def his_pictures_are_deleted(owner: User, hazard_id: UUID) -> Iterator[Job]:
    """As he presses the button again where he got no answer."""
    frames = of(owner)
    yield lambda: [picture_forget(frame_id=one.id, account_id=owner.pk) for one in frames]
    assert of(owner) == []
    assert not DetectionRun.objects.filter(frame_id__in=[frame.id for frame in frames]).exists()
    assert pictures() == {str(frame.id) for frame in Frame.objects.all()}


def their_time_is_over(owner: User, hazard_id: UUID) -> Iterator[Job]:
    yield old_pictures_forget
    (best,) = best_frames_of([hazard_id])
    assert pictures() == {str(best)}
    assert [frame.id for frame in Frame.objects.exclude(stored="")] == [best]


def they_were_taken_down(owner: User, hazard_id: UUID) -> Iterator[Job]:
    long_ago = timezone.now() - timedelta(minutes=1)
    for frame in of(owner):
        Takedown.objects.create(frame=frame, erase_at=long_ago)
    yield pictures_erase
    assert not Takedown.objects.filter(erased_at=None).exists()
    assert pictures().isdisjoint(str(frame.id) for frame in of(owner))


@pytest.mark.parametrize(
    "scene", [somebody_leaves, his_pictures_are_deleted, their_time_is_over, they_were_taken_down]
)
def test_what_is_forgotten_in_pieces_is_forgotten_whole(scene: Scene, settings: Settings) -> None:
    settings.PICTURE_DAYS = 0
    hazard_id = hazard_at("cow", (24.94, 60.17), timezone.now() - timedelta(minutes=5))
    before = Hazard.objects.values("p", "witnesses").get(id=hazard_id)
    made = scene(User.objects.earliest("joined_at"), hazard_id)
    job, statements = next(made), 2
    while is_killed(job, before_statement=statements):
        statements += 1 + statements // 2
    assert statements > 10
    job()
    assert next(made, None) is None
    assert Hazard.objects.values("p", "witnesses").get(id=hazard_id) == before
