"""What changes accounts, organisations, devices and keys."""

from hazardmap.accounts.refused import AccountsRefused, NotAllowed
from hazardmap.accounts.services.account_leave import (
    account_delete,
    account_leave,
    accounts_leaving,
)
from hazardmap.accounts.services.address_change import (
    address_change_ask,
    address_change_finish,
    address_changed,
)
from hazardmap.accounts.services.consent_give import (
    consent_give,
)
from hazardmap.accounts.services.device_pair import (
    NewDevice,
    NewPairingCode,
    PairingRefused,
    device_create,
    device_pair,
    device_revoke,
    pairing_code_create,
)
from hazardmap.accounts.services.ended_forget import ended_forget
from hazardmap.accounts.services.key_change import (
    Overlap,
    key_limit,
    key_report_leaked,
    key_revoke,
    key_roll,
)
from hazardmap.accounts.services.key_create import NewKey, key_create
from hazardmap.accounts.services.key_use import Buyer, KeyRefused, key_admit
from hazardmap.accounts.services.language_choose import language_choose
from hazardmap.accounts.services.mail_link import link_find
from hazardmap.accounts.services.member_invite import invitation_withdraw, member_invite
from hazardmap.accounts.services.members_changed import members_changed, roles_in
from hazardmap.accounts.services.organisation_change import (
    member_remove,
    member_set_role,
    organisation_close,
    organisation_create,
)
from hazardmap.accounts.services.owner_tell import owner_tell
from hazardmap.accounts.services.password_change import password_change, password_changed
from hazardmap.accounts.services.permit import permit
from hazardmap.accounts.services.second_factor import (
    has_second_factor,
    recovery_codes_left,
    recovery_codes_renew,
    second_factor_begin,
    second_factor_check,
    second_factor_confirm,
    second_factor_remove,
    second_factor_take_off,
)
from hazardmap.accounts.services.session_note import session_note, sessions_end, sessions_of
from hazardmap.accounts.services.sign_up import (
    invitation_accept,
    password_reset_ask,
    password_reset_finish,
    sign_up_ask,
    sign_up_finish,
)
