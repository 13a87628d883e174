"""Who may see which picture."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from hazardmap.capture.models import Frame
from tests.moderation_scene import contributor, drive_by, hazard_at

pytestmark = pytest.mark.django_db
PLACE = (24.94, 60.17)


def frame_of(device):
    """Detected but not fused: no hazard rests on it."""
    drive_by(device, "cow", PLACE, timezone.now() - timedelta(minutes=5))
    return Frame.objects.filter(device=device).first()


def test_everybody_sees_evidence_of_a_hazard(client):
    hazard_at("cow", PLACE, timezone.now() - timedelta(minutes=5))
    answer = client.get(reverse("image", args=[Frame.objects.first().id]))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"].startswith("public, max-age=")
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


def test_only_its_owner_sees_any_other_frame(client):
    device = contributor("aino")
    frame = frame_of(device)
    address = reverse("image", args=[frame.id])
    unknown = client.get(f"/images/{uuid4()}.jpg")
    refused = client.get(address)
    assert (refused.status_code, unknown.status_code) == (404, 404)
    client.force_login(contributor("ben").owner)
    assert client.get(address).status_code == 404
    client.force_login(device.owner)
    allowed = client.get(address)
    assert allowed.status_code == 200
    assert allowed["Cache-Control"].startswith("private, max-age=")


def test_a_frame_without_a_picture_is_not_found(client):
    device = contributor("aino")
    frame = frame_of(device)
    Frame.objects.filter(id=frame.id).update(stored="frames/gone.jpg")
    client.force_login(device.owner)
    assert client.get(reverse("image", args=[frame.id])).status_code == 404
