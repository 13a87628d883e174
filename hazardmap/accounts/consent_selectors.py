"""Reads: which texts there are to agree to, and who has."""

from typing import Final

from hazardmap.accounts.models import Consent, Device, User

# The day on which the text last changed; whoever agreed to an older one is asked again.
VERSIONS: Final[dict[Consent.Document, str]] = {
    Consent.Document.TERMS: "2026-12-01",
    Consent.Document.UPLOADS: "2026-11-30",
}


def has_consented(user: User, document: Consent.Document) -> bool:
    """To the version of today."""
    given = Consent.objects.filter(user=user, document=document, version=VERSIONS[document])
    return given.exists()


def has_outdated(user: User, document: Consent.Document) -> bool:
    """Whether he has agreed to an older version and not to that of today."""
    given = Consent.objects.filter(user=user, document=document).values_list("version", flat=True)
    versions = set(given)
    return bool(versions) and VERSIONS[document] not in versions


def consents_asked(user: User) -> list[Consent.Document]:
    """What he is to agree to anew; the licence of uploads also for a device that never had it."""
    terms, uploads = Consent.Document.TERMS, Consent.Document.UPLOADS
    asked = [one for one in (terms, uploads) if has_outdated(user, one)]
    if uploads not in asked and not has_consented(user, uploads):
        devices = Device.objects.filter(owner=user, revoked_at__isnull=True)
        asked += [uploads] if devices.exists() else []
    return asked
