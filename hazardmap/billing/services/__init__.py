"""What writes prices, subscriptions and invoices."""

from hazardmap.billing.services.alerts_hand_on import alerts_hand_on
from hazardmap.billing.services.alerts_mail import alerts_mail
from hazardmap.billing.services.answer_reserve import (
    NO_PLAN,
    Charged,
    PlanMissing,
    SpendingRefused,
    answer_quote,
    answer_reserve,
    answer_return,
    refusal_known,
)
from hazardmap.billing.services.billing_address_set import billing_address_set
from hazardmap.billing.services.cap_set import cap_set
from hazardmap.billing.services.credit_grant import credit_grant
from hazardmap.billing.services.invoice_draft import invoice_draft
from hazardmap.billing.services.invoice_finalise import invoice_finalise
from hazardmap.billing.services.invoice_settle import (
    credit_note_issue,
    invoice_pay,
    invoice_void,
)
from hazardmap.billing.services.money_open import money_open
from hazardmap.billing.services.numbers_raise import numbers_raise
from hazardmap.billing.services.payers_update import payers_update
from hazardmap.billing.services.payments_compare import payments_compare
from hazardmap.billing.services.payments_push import payments_push
from hazardmap.billing.services.plan_choose import plan_choose, plan_leave
from hazardmap.billing.services.provider_event_take import provider_event_take
from hazardmap.billing.services.spending_watch import spending_watch
from hazardmap.billing.services.subscribe import Subscribed, customer_set, subscribe
from hazardmap.billing.services.subscriptions_end import subscriptions_end
from hazardmap.billing.services.terms_set import terms_set
