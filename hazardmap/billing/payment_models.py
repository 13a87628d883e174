"""What a payment provider was told, and what it has told us: rows are the truth, calls repeat."""

from django.db import models
from django.utils import timezone


class PayerRef(models.Model):
    """The provider's name for a customer. email: what it was told to write to."""

    customer = models.ForeignKey("billing.Customer", models.PROTECT, related_name="payer_refs")
    provider = models.CharField(max_length=10)
    ref = models.CharField(max_length=100)
    email = models.EmailField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint("customer", "provider", name="payer_ref_once")]


class Payment(models.Model):
    """An invoice at a provider. ref: its name there, "" until it is known to be there.

    told: what of the invoice's fate the provider knows from us ("" until it is asked to collect).
    told_credited_micro: the credit notes that were looked at for that; one more is told as well.
    tries: since the last success; next_at: when to try again.
    """

    invoice = models.OneToOneField("billing.Invoice", models.PROTECT, related_name="payment")
    provider = models.CharField(max_length=10)
    ref = models.CharField(max_length=100, blank=True)
    told = models.CharField(max_length=9, blank=True)
    told_credited_micro = models.BigIntegerField(default=0)
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "ref"], condition=~models.Q(ref=""), name="payment_ref_once"
            ),
        ]


class ProviderEvent(models.Model):
    """A message of the provider; the same one is taken once."""

    id = models.CharField(primary_key=True, max_length=100)
    kind = models.CharField(max_length=100)
    payload = models.JSONField()
    outcome = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)
