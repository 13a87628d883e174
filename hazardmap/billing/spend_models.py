"""How much may be spent, who was told about it, and which keys get no more of what."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from hazardmap.platform.ids import new_id


class SpendCap(models.Model):
    """The most that a month may cost, before tax. key_id: of one key; "" of all together.

    hard: answers that would cost more are refused; else it is only told.
    """

    customer = models.ForeignKey("billing.Customer", models.CASCADE, related_name="caps")
    key_id = models.CharField(max_length=16, blank=True)
    amount_micro = models.BigIntegerField()
    hard = models.BooleanField(default=True)
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("customer", "key_id", name="spend_cap_once"),
            models.CheckConstraint(condition=Q(amount_micro__gte=0), name="spend_cap_amount"),
        ]


class SpendAlert(models.Model):
    """So much of a cap was spent in a month; told once for each amount of the cap.

    mailed_to: the addresses that have it while others still wait. mail_problem: of the last try.
    handed_on_at: to those who tell it in another way than by mail.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey("billing.Customer", models.CASCADE, related_name="alerts")
    key_id = models.CharField(max_length=16, blank=True)
    month = models.DateTimeField()
    percent = models.PositiveSmallIntegerField()
    cap_micro = models.BigIntegerField()
    spent_micro = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True)
    mailed_to = ArrayField(models.EmailField(), default=list)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_next_at = models.DateTimeField(default=timezone.now)
    mail_problem = models.CharField(max_length=100, blank=True)
    handed_on_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "customer", "key_id", "month", "percent", "cap_micro", name="spend_alert_once"
            ),
            models.CheckConstraint(
                condition=Q(mailed_at=None) | Q(mailed_to=[]),
                name="spend_alert_addresses_forgotten",
            ),
        ]
        indexes = [
            models.Index("id", condition=Q(mailed_at=None), name="spend_alert_to_mail"),
            models.Index("id", condition=Q(handed_on_at=None), name="spend_alert_to_hand_on"),
        ]


class StoppedKey(models.Model):
    """A key whose next unit of a meter would cost more than may be spent, or is above its quota."""

    pk = models.CompositePrimaryKey("key_id", "meter")
    key_id = models.CharField(max_length=16)
    meter = models.CharField(max_length=10)
    at = models.DateTimeField(default=timezone.now)


class SpendWatch(models.Model):
    """The one row that says when spending was last compared with caps."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="spend_watch_one_row")]
