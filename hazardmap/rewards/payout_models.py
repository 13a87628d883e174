"""Where contributors want their money, and what was paid out."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from hazardmap.accounts.models import User
from hazardmap.platform.ids import new_id


class PayoutTarget(models.Model):
    """A contributor's bank account; goes with the account."""

    owner = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    name = models.CharField(max_length=70)
    iban = models.CharField(max_length=34)
    set_at = models.DateTimeField(default=timezone.now)


class PayoutRun(models.Model):
    """Payouts that were prepared together, in one currency."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    currency = models.CharField(max_length=3)
    at_least_micro = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)


class Payout(models.Model):
    """name, iban: as they were. A finished payout keeps neither."""

    class State(models.TextChoices):
        PENDING = "pending"
        PAID = "paid"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(PayoutRun, models.PROTECT, related_name="payouts")
    witness = models.BigIntegerField()
    amount_micro = models.BigIntegerField()
    name = models.CharField(max_length=70, blank=True)
    iban = models.CharField(max_length=34, blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.PENDING)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("run", "witness", name="payout_once_a_run"),
            models.CheckConstraint(condition=Q(amount_micro__gt=0), name="payout_of_something"),
            models.CheckConstraint(
                condition=Q(state="pending", ended_at=None)
                | Q(state__in=["paid", "failed"], ended_at__isnull=False, iban=""),
                name="payout_state",
            ),
        ]
