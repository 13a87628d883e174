"""What changes accounts, organisations, devices and keys."""

from hazardmap.accounts.refused import AccountsRefused, NotAllowed
from hazardmap.accounts.services.device_pair import (
    NewDevice,
    NewPairingCode,
    PairingRefused,
    device_create,
    device_pair,
    device_revoke,
    pairing_code_create,
)
from hazardmap.accounts.services.key_change import (
    Overlap,
    key_limit,
    key_report_leaked,
    key_revoke,
    key_roll,
)
from hazardmap.accounts.services.key_create import NewKey, key_create
from hazardmap.accounts.services.key_use import Buyer, KeyRefused, key_admit
from hazardmap.accounts.services.organisation_change import (
    member_remove,
    member_set_role,
    organisation_close,
    organisation_create,
)
from hazardmap.accounts.services.permit import permit
from hazardmap.accounts.services.user_create import user_create

__all__ = [
    "AccountsRefused",
    "Buyer",
    "KeyRefused",
    "NewDevice",
    "NewKey",
    "NewPairingCode",
    "NotAllowed",
    "Overlap",
    "PairingRefused",
    "device_create",
    "device_pair",
    "device_revoke",
    "key_admit",
    "key_create",
    "key_limit",
    "key_report_leaked",
    "key_revoke",
    "key_roll",
    "member_remove",
    "member_set_role",
    "organisation_close",
    "organisation_create",
    "pairing_code_create",
    "permit",
    "user_create",
]
