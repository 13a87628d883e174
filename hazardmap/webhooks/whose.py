"""Whose endpoints somebody sees and changes."""

from uuid import UUID

from django.db.models import Q

from hazardmap.accounts.selectors import keys_before


def whose(organisation_id: UUID, by_key: str | None, *, at: str = "") -> Q:
    """All of an organisation for its members (no key), for a key its own and those it inherited.

    at: how the row leads to the endpoint, such as "endpoint__".
    """
    mine = Q((f"{at}organisation_id", organisation_id))
    return mine if by_key is None else mine & Q((f"{at}key_id__in", keys_before(by_key)))
