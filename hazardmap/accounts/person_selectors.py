"""All that the rows of this app keep of a person, to take along."""

from typing import Any

from django.contrib.admin.models import LogEntry

from hazardmap.accounts.models import Device, KeyEvent, MailLink, SignIn, User
from hazardmap.accounts.selectors import account_facts, changes_of
from hazardmap.accounts.services.second_factor import has_second_factor, recovery_codes_left


def account_kept(user: User) -> dict[str, Any]:
    """Without what opens something: passwords, tokens, links and codes are kept as hashes."""
    links = MailLink.objects.filter(email=user.email) | MailLink.objects.filter(user=user)
    invitations = MailLink.objects.filter(invited_by=user).order_by("created_at")
    acts = KeyEvent.objects.filter(actor_id=user.pk).order_by("id")
    return {
        "account": account_facts(user)
        | {
            "is_staff": user.is_staff,
            "second_factor": has_second_factor(user),
            "recovery_codes_left": recovery_codes_left(user),
        },
        "sign_ins": list(
            SignIn.objects.filter(user=user).order_by("at").values("at", "address", "agent")
        ),
        "links_by_mail": list(
            links.order_by("created_at").values(*_LINK, "then", "organisation__name")
        ),
        "invitations_made": list(invitations.values(*_LINK, "email", "role", "organisation__name")),
        "changes_noted": list(
            (LogEntry.objects.filter(user=user) | changes_of(user))
            .order_by("id")
            .values("action_time", "content_type__model", "object_id", "change_message")
        ),
        "acts_on_keys": list(acts.values("at", "key_id", "verb", "note")),
        "devices": list(Device.objects.filter(owner=user).order_by("created_at").values(*_DEVICE)),
    }


_LINK = ("purpose", "created_at", "expires_at", "used_at")
_DEVICE = (
    *("id", "name", "kid", "created_at", "revoked_at"),
    *("hfov_deg", "camera_height_m", "pitch_deg", "yaw_deg", "distortion"),
)
