"""What people agree to, by the version of its text."""

from collections.abc import Collection
from typing import Final

from hazardmap.accounts.models import Consent, User

# The day on which the text last changed; whoever agreed to an older one is asked again.
VERSIONS: Final[dict[Consent.Document, str]] = {
    Consent.Document.TERMS: "2026-11-28",
    Consent.Document.UPLOADS: "2026-11-28",
}


def consent_give(*, user: User, documents: Collection[Consent.Document]) -> None:
    """To their versions of today. The first time counts."""
    for document in documents:
        Consent.objects.get_or_create(user=user, document=document, version=VERSIONS[document])


def has_consented(user: User, document: Consent.Document) -> bool:
    """To the version of today."""
    given = Consent.objects.filter(user=user, document=document, version=VERSIONS[document])
    return given.exists()
