"""What changes accounts, devices and keys."""

from hazardmap.accounts.services.api_keys import NewKey, key_create, key_revoke
from hazardmap.accounts.services.device_pair import (
    NewDevice,
    NewPairingCode,
    PairingRefused,
    device_create,
    device_pair,
    device_revoke,
    pairing_code_create,
)
from hazardmap.accounts.services.user_create import organisation_create, user_create

__all__ = [
    "NewDevice",
    "NewKey",
    "NewPairingCode",
    "PairingRefused",
    "device_create",
    "device_pair",
    "device_revoke",
    "key_create",
    "key_revoke",
    "organisation_create",
    "pairing_code_create",
    "user_create",
]
