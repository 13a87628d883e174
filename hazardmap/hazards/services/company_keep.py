"""Accounts that were found to go about together count as one witness for half a year."""

from collections.abc import Iterable

from django.utils import timezone

from hazardmap.hazards.learned_models import Company
from hazardmap.hazards.services.trust_learn import WINDOW, Pair


def company_keep(pairs: Iterable[Pair]) -> None:
    """They were found just now."""
    now = timezone.now()
    Company.objects.bulk_create(
        [Company(one=one, other=other, found_at=now) for one, other in sorted(set(pairs))],
        update_conflicts=True,
        unique_fields=["one", "other"],
        update_fields=["found_at"],
    )


def company_kept() -> list[Pair]:
    """As long as the trails in which they would support each other count (`trust_learn`)."""
    lately = Company.objects.filter(found_at__gte=timezone.now() - WINDOW)
    return list(lately.order_by("one", "other").values_list("one", "other"))
