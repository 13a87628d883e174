"""The contributors' ledger: double entry, append-only by trigger, balanced by trigger.

Amounts are micro-units. Contributors are witness numbers, which outlive their accounts.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from hazardmap.rewards import (
    payout_models,  # noqa: F401 - imported to be found
    reason_models,  # noqa: F401 - as above
)


class Account(models.Model):
    """billing: what sales owe to contributors, below zero. held: set aside, not divided yet.
    contributor: what a witness has earned. unclaimed: what nobody's evidence stood behind.
    paying: handed over to be paid out. paid: paid out."""

    class Kind(models.TextChoices):
        BILLING = "billing"
        HELD = "held"
        CONTRIBUTOR = "contributor"
        UNCLAIMED = "unclaimed"
        PAYING = "paying"
        PAID = "paid"

    kind = models.CharField(max_length=11, choices=Kind)
    witness = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "witness", "currency"],
                name="ledger_account_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind="contributor", witness__isnull=False)
                | Q(kind__in=["billing", "held", "unclaimed", "paying", "paid"], witness=None),
                name="ledger_account_of_whom",
            ),
        ]


class Booking(models.Model):
    """One movement. reference: what it is for, once. inputs: all that its amounts follow from."""

    reference = models.CharField(max_length=80, unique=True)
    inputs = models.JSONField()
    at = models.DateTimeField(default=timezone.now)


class Entry(models.Model):
    """What a booking adds to an account; the entries of a booking sum to zero per currency."""

    booking = models.ForeignKey(Booking, models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, models.PROTECT, related_name="entries")
    amount_micro = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("booking", "account", name="ledger_entry_once"),
            models.CheckConstraint(condition=~Q(amount_micro=0), name="ledger_entry_of_something"),
        ]
