"""What people agree to, by the version of its text."""

from collections.abc import Collection

from hazardmap.accounts.consent_selectors import VERSIONS
from hazardmap.accounts.models import Consent, User


def consent_give(*, user: User, documents: Collection[Consent.Document]) -> None:
    """To their versions of today. The first time counts."""
    for document in documents:
        Consent.objects.get_or_create(user=user, document=document, version=VERSIONS[document])
