"""Promote a detector and note in the audit log who did it, and what was overruled."""

from django.db import transaction

from hazardmap.inference import services as inference
from hazardmap.moderation.models import AuditEntry
from hazardmap.moderation.services.decision_give import REASON_LENGTH


@transaction.atomic
def model_promote(*, label: str, by: str, overrule: str = "") -> inference.Promotion:
    """Make a registered model the live one.

    overrule: why it is promoted although it is worse on the frozen benchmark or not measured there.
    Raises inference.services.ModelRefused.
    """
    if len(overrule) > REASON_LENGTH:
        raise inference.ModelRefused(f"A reason has at most {REASON_LENGTH} characters.")
    promotion = inference.model_promote(label=label, by=by, force=bool(overrule))
    AuditEntry.objects.create(
        actor=by,
        action="promote model",
        subject=f"model {label}",
        before={"live": promotion.replaced},
        after={"live": label, "overruled": " ".join(promotion.objections)},
        reason=overrule,
    )
    return promotion
