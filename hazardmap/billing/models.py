"""Who sells what at which price, who has bought it, and what they were invoiced for it.

Amounts are micro-units of the invoice's currency. Price versions, credit notes and everything of
a finalised invoice but its fate (paid, void, credited) are immutable by trigger.
"""

from typing import Final

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone

from hazardmap.accounts.models import Organisation
from hazardmap.billing import (
    payment_models,  # noqa: F401 - imported to be found
    spend_models,  # noqa: F401 - as above
)
from hazardmap.core.selling.pricing.rating import LineKind
from hazardmap.core.selling.pricing.tax import TaxCategory
from hazardmap.platform.ids import new_id


def _span(start: str, end: str) -> Func:
    return Func(
        start, end, RangeBoundary(), function="TSTZRANGE", output_field=DateTimeRangeField()
    )


def _hour(at: str) -> Func:
    hour = "DATE_TRUNC('hour', %(expressions)s, 'UTC')"
    return Func(at, template=hour, output_field=models.DateTimeField())


class Seller(models.Model):
    """A legal entity that invoices; each numbers its invoices and credit notes without a gap, but
    for one where a dump was restored. account: where buyers transfer what is due; "" where nowhere.
    """

    prefix = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=200)
    address = models.TextField()
    country = models.CharField(max_length=2)
    tax_number = models.CharField(max_length=30)
    account = models.CharField(max_length=100, blank=True)
    next_invoice = models.PositiveIntegerField(default=1)
    next_credit_note = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class TaxRule(models.Model):
    """core.selling.pricing.tax.TaxRule, for what this seller sells."""

    seller = models.ForeignKey(Seller, models.CASCADE, related_name="tax_rules")
    country = models.CharField(max_length=2, blank=True)
    business = models.BooleanField(null=True)
    category = models.CharField(max_length=14, choices=[(c.value, c.value) for c in TaxCategory])
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    since = models.DateField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "country", "business", "since"],
                name="tax_rule_once",
                nulls_distinct=False,
            ),
        ]


class Plan(models.Model):
    """offered_by: who sells it to whoever asks for it; None: only the operator subscribes to it."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    offered_by = models.ForeignKey(Seller, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class PriceVersion(models.Model):
    """prices: core.selling.pricing.prices_json. A new price is a new version, for new ones."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    prices = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint("plan", "version", name="price_version_once")]

    def __str__(self) -> str:
        return f"{self.plan} {self.version}"


class Customer(models.Model):
    """An organisation as an invoice names it. tax_number: of a business, else "".

    reference: the buyer's own, such as an order number.
    """

    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="+")
    seller = models.ForeignKey(Seller, models.PROTECT)
    currency = models.CharField(max_length=3)
    name = models.CharField(max_length=200)
    address = models.TextField()
    country = models.CharField(max_length=2)
    tax_number = models.CharField(max_length=30, blank=True)
    reference = models.CharField(max_length=50, blank=True)

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """One price version for one customer from `start` up to and without `end`, on whole hours:
    usage is summed by the hour, so no hour is priced twice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="subscriptions")
    price_version = models.ForeignKey(PriceVersion, models.PROTECT)
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(start=_hour("start")) & (Q(end=None) | Q(end=_hour("end"))),
                name="subscription_on_the_hour",
            ),
            ExclusionConstraint(
                name="subscriptions_one_at_a_time",
                expressions=[
                    ("customer", RangeOperators.EQUAL),
                    (_span("start", "end"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"from {self.start:%Y-%m-%d %H:%M} UTC"


class Invoice(models.Model):
    """What a customer owes for a month (UTC), and for what came late of earlier months.

    total = net + tax. paid_by_credit_micro: of the total. credited_micro: taken back by credit
    notes. parties: seller and buyer as they were, copied at finalisation. tax: its category and
    percent. COUNTED: the states in which it is owed or paid, no draft and not taken back.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        FINALISED = "finalised"
        PAID = "paid"
        VOID = "void"

    COUNTED: Final = (State.FINALISED, State.PAID)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="invoices")
    seller = models.ForeignKey(Seller, models.PROTECT)
    start = models.DateTimeField()
    end = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    number = models.PositiveIntegerField(null=True)
    currency = models.CharField(max_length=3)
    net_micro = models.BigIntegerField()
    tax_micro = models.BigIntegerField()
    total_micro = models.BigIntegerField()
    paid_by_credit_micro = models.BigIntegerField(default=0)
    credited_micro = models.BigIntegerField(default=0)
    parties = models.JSONField()
    tax = models.JSONField(default=dict)
    drafted_at = models.DateTimeField(default=timezone.now)
    finalised_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "finalised", "paid", "void"]),
                name="invoice_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", number=None, finalised_at=None)
                | ~Q(state="draft") & Q(number__gte=1, finalised_at__isnull=False),
                name="invoice_numbered_when_finalised",
            ),
            models.CheckConstraint(
                condition=Q(total_micro=F("net_micro") + F("tax_micro"))
                & Q(net_micro__gte=0, tax_micro__gte=0)
                & Q(paid_by_credit_micro__range=(0, F("total_micro")))
                & Q(credited_micro__range=(0, F("total_micro"))),
                name="invoice_amounts",
            ),
            models.CheckConstraint(
                condition=Q(state="paid", paid_at__isnull=False) | ~Q(state="paid"),
                name="invoice_paid_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(state="void", voided_at__isnull=False, credited_micro=0)
                | ~Q(state="void") & Q(voided_at=None),
                name="invoice_void_at_some_time",
            ),
            models.UniqueConstraint("seller", "number", name="invoice_number"),
            models.UniqueConstraint(
                fields=["customer", "start"],
                condition=~Q(state="void"),
                name="invoice_once_a_month",
            ),
        ]


class InvoiceLine(models.Model):
    """core.selling.pricing.rating.Line for `start` up to `end` of a subscription; none for tax."""

    id = models.UUIDField(primary_key=True, editable=False)
    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    subscription = models.ForeignKey(Subscription, models.PROTECT, null=True, related_name="+")
    start = models.DateTimeField()
    end = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in LineKind])
    of = models.CharField(max_length=100, blank=True)
    text = models.CharField(max_length=300)
    quantity = models.BigIntegerField()
    amount_micro = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint("invoice", "position", name="invoice_line_position"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in LineKind]),
                name="invoice_line_kind_known",
            ),
        ]


class LineHour(models.Model):
    """How many units of an hour's usage of a key a line bills; they sum to its quantity."""

    pk = models.CompositePrimaryKey("line_id", "key_id", "hour")
    line = models.ForeignKey(InvoiceLine, models.CASCADE, db_index=False, related_name="hours")
    key_id = models.CharField(max_length=16)
    hour = models.DateTimeField()
    quantity = models.BigIntegerField()


class CreditNote(models.Model):
    """Takes back a part of a finalised invoice, tax included. Append-only by trigger.

    reference: what it is for, once an invoice; "" of old ones.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="credit_notes")
    seller = models.ForeignKey(Seller, models.PROTECT)
    number = models.PositiveIntegerField()
    total_micro = models.BigIntegerField()
    tax_micro = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    reference = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("seller", "number", name="credit_note_number"),
            models.UniqueConstraint(
                fields=["invoice", "reference"],
                condition=~Q(reference=""),
                name="credit_note_once",
            ),
            models.CheckConstraint(
                condition=Q(total_micro__gt=0, tax_micro__gte=0, tax_micro__lte=F("total_micro")),
                name="credit_note_amounts",
            ),
        ]


class Credit(models.Model):
    """Paid for before; pays invoices, oldest first, until it expires.

    reference: of the payment, which is noted once; "" of old ones.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="credits")
    amount_micro = models.BigIntegerField()
    spent_micro = models.BigIntegerField(default=0)
    granted_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "reference"],
                condition=~Q(reference=""),
                name="credit_once",
            ),
            models.CheckConstraint(
                condition=Q(spent_micro__gte=0, spent_micro__lte=F("amount_micro")),
                name="credit_never_below_zero",
            ),
        ]


class CreditUse(models.Model):
    """What a credit paid of an invoice; below zero where a void invoice gave it back.

    Append-only by trigger.
    """

    credit = models.ForeignKey(Credit, models.PROTECT, related_name="uses")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="credit_uses")
    amount_micro = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)
