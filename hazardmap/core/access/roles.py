"""Who may do what in an organisation: the one table that all services ask."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    OWNER = "owner"
    BILLING = "billing"
    DEVELOPER = "developer"
    READER = "reader"


class Act(StrEnum):
    """The words follow "may"."""

    LOOK = "see keys, usage and members"
    MANAGE_KEYS = "make, change, roll and revoke keys"
    MANAGE_WEBHOOKS = "change watch areas and webhooks"
    SEE_BILLS = "see costs and invoices"
    MANAGE_BILLING = "change the plan, caps, alerts and the billing address"
    MANAGE_TEAM = "invite people, change roles, and close the organisation"


ALLOWED: Final[dict[Role, frozenset[Act]]] = {
    Role.OWNER: frozenset(Act),
    Role.BILLING: frozenset({Act.LOOK, Act.SEE_BILLS, Act.MANAGE_BILLING}),
    Role.DEVELOPER: frozenset({Act.LOOK, Act.MANAGE_KEYS, Act.MANAGE_WEBHOOKS}),
    Role.READER: frozenset({Act.LOOK, Act.SEE_BILLS}),
}


def may(role: Role, act: Act) -> bool:
    return act in ALLOWED[role]
