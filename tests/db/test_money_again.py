"""Months with everything that happens to them, and a second computation of every amount."""

import random
from collections import Counter, defaultdict
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from hazardmap.accounts.models import Organisation
from hazardmap.accounts.services import key_create, key_revoke
from hazardmap.billing import models
from hazardmap.billing.services import (
    credit_note_issue,
    invoice_draft,
    invoice_finalise,
    invoice_pay,
    invoice_void,
    subscribe,
)
from hazardmap.closing.month_share import held_share, month_share
from hazardmap.core.access.scopes import Environment
from hazardmap.core.full_times import hour_of
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.core.selling.statement import faults
from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.metering.services import usage_roll, usage_ship
from hazardmap.platform.ids import new_id
from hazardmap.rewards.models import Entry
from hazardmap.rewards.selectors import HELD_BACK, earned
from tests import money_again
from tests.billing_scene import BEFORE, LAST, changed_terms, customer_of, granted, sell
from tests.money_again import Answer
from tests.statements import read
from tests.told_map import Map

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TILES = ["hazards/14/9327/4741", "roads/14/9327/4741", "hazards/0/0/0", "coverage/0/0/0"]


def some_prices(dice: random.Random, currency: str) -> dict:
    def price() -> str:
        return f"{dice.choice([0, 1, 3, 40])}.{dice.randrange(10**6):06}"

    def money() -> str:
        return str(dice.randrange(60)) if currency == "JPY" else f"{dice.randrange(6000) / 100:.2f}"

    def tiers() -> list:
        limits = sorted(dice.sample(range(1, 300), dice.randrange(3)))
        return [{"up_to": one, "unit_price": price(), "flat": price()} for one in [*limits, None]]

    charges = []
    for meter in dice.sample(list(Meter), dice.randrange(3, len(Meter) + 1)):
        charge = {"meter": meter.value, "included": dice.choice([0, 0, 7, 100, 10**6])}
        charge |= dice.choice(
            [
                {"model": "per_unit", "unit_price": price()},
                {"model": "package", "size": dice.randrange(1, 20), "price": price()},
                {"model": "graduated", "tiers": tiers()},
                {"model": "volume", "tiers": tiers()},
            ]
        )
        charges.append(charge | {"minimum": dice.choice(["0", money()])})
    discounts = [{"name": "a", "percent": f"{dice.randrange(1, 10000) / 100:.2f}"}]
    discounts += [{"name": "b", "amount": money()}]
    return {
        "currency": currency,
        "fee": money(),
        "commitment": dice.choice(["0", money()]),
        "contributors_percent": dice.choice(["50", "33.33", "100", "0"]),
        "charges": charges,
        "discounts": dice.sample(discounts, dice.randrange(3)),
    }


class Sales:
    """What was served: in logs for the site, and here."""

    def __init__(self, dice: random.Random, keys: list[str], map_: Map) -> None:
        self.dice, self.keys, self.map, self.answers = dice, keys, map_, []

    def serve(self, month, count: int) -> None:
        lines = []
        for _ in range(count):
            meter, at = self.dice.choice(list(Meter)), self._time(month)
            known = [*self.map.ids, *self.map.heirs, new_id()]
            named = self.dice.sample(known, self.dice.randrange(8))
            if meter is Meter.TILE:
                named = []
            subject = self.dice.choice(TILES) if meter is Meter.TILE else "x"
            key, units = self.dice.choice(self.keys), self.dice.randrange(1, 90)
            record = UsageRecord(key, meter, units, at, str(new_id()), subject, tuple(named))
            lines.append(record.to_line())
            if meter is Meter.TILE:
                named = self.map.in_tile(subject, hour_of(at))
            self.answers.append(Answer(key, meter.value, units, at, tuple(named)))
        name = f"{month.start:%Y-%m-%dT%H}-{new_id()}.usage"
        Path(settings.USAGE_LOG).mkdir(exist_ok=True)
        (Path(settings.USAGE_LOG) / name).write_text("".join(f"{line}\n" for line in lines))
        usage_ship()
        usage_roll()

    def _time(self, month):
        """Few hours, so that many answers share one, and the edges of the month among them."""
        hours = month.length_s // 3600
        hour = self.dice.choice([0, hours - 1, *range(130, hours, 90)])
        edge = self.dice.choice([timedelta(0), HOUR - timedelta(microseconds=1), HOUR / 3])
        return month.start + hour * HOUR + edge


def final(organisation_id, month):
    draft = invoice_draft(customer_id=customer_of(organisation_id).pk, month=month)
    return draft and invoice_finalise(invoice_id=draft.id)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(2))
def test_every_amount_is_what_a_second_computation_gives(seed):
    dice = random.Random(seed)
    map_ = Map(dice)
    sold = []
    for currency in ("EUR", "JPY"):
        start = BEFORE.start + dice.choice([0, 77]) * HOUR
        terms = [(start, some_prices(dice, currency))]
        organisation_id, key = sell(start, prices=terms[0][1], currency=currency)
        organisation = Organisation.objects.get(pk=organisation_id)
        keys = [key, key_create(organisation=organisation, name="gone").kid]
        test = key_create(organisation=organisation, name="t", environment=Environment.TEST).kid
        if dice.random() < 0.7:
            terms.append((BEFORE.start + 333 * HOUR, some_prices(dice, currency)))
            changed_terms(**terms[1][1])
            subscribe(organisation_id=organisation_id, plan="standard", start=terms[1][0])
        sales = Sales(dice, keys, map_)
        Sales(dice, [test], map_).serve(BEFORE, 5)
        granted(organisation_id, 300)
        sales.serve(BEFORE, 60)
        key_revoke(kid=keys[1])
        first = final(organisation_id, BEFORE)
        if dice.random() < 0.5 and first and first.state == "finalised":
            invoice_void(invoice_id=first.id)
            first = final(organisation_id, BEFORE)
        if first is not None and first.total_micro > 3_000_000:
            credit_note_issue(invoice_id=first.id, total_micro=2_000_000, reason="an outage")
        sales.serve(BEFORE, 20)
        sales.serve(LAST, 60)
        final(organisation_id, LAST)
        sold.append((organisation_id, terms, sales))
    for organisation_id, terms, sales in sold:
        check_invoices(organisation_id, terms, sales)
        for invoice in models.Invoice.objects.filter(state="finalised"):
            invoice_pay(invoice_id=invoice.id)
    lines = check_shares(sold, map_)
    map_.prove_false()
    settling = timezone.now() + HELD_BACK + DAY
    taken = [held_share(settling), held_share(settling)]
    assert taken[0] > taken[1] == 0
    for line, micro, answers in lines:
        check_taken(line, micro, answers, map_)
    check_statements()


def check_invoices(organisation_id, terms, sales):
    counted = models.Invoice.objects.filter(
        customer__organisation_id=organisation_id, state__in=models.Invoice.COUNTED
    )
    lines = models.InvoiceLine.objects.filter(invoice__in=counted)
    credit = 300 * money_again.MICRO
    for invoice in counted.order_by("number"):
        own = lines.filter(invoice=invoice)
        net = sum(line.amount_micro for line in own if line.kind != "tax")
        minor = money_again.MICRO // (1 if invoice.currency == "JPY" else 100)
        tax = money_again.half_up(Fraction(net * 19, 100 * minor)) * minor
        assert (invoice.net_micro, invoice.tax_micro) == (net, tax)
        assert invoice.total_micro == net + tax
        assert invoice.paid_by_credit_micro == min(credit, net + tax)
        credit -= invoice.paid_by_credit_micro
    billed = defaultdict(Counter)
    for line in lines.exclude(kind="tax"):
        billed[line.start][line.kind, line.of, "units"] += line.quantity
        billed[line.start][line.kind, line.of, "micro"] += line.amount_micro
    wanted = {}
    for number, (start, prices) in enumerate(terms):
        end = terms[number + 1][0] if number + 1 < len(terms) else LAST.end
        for month in (BEFORE, LAST):
            part = max(start, month.start), min(end, month.end)
            if part[0] < part[1]:
                used = money_again.units_of(sales.answers, *part)
                owed = money_again.owed(prices, used, (month.start, month.end), part)
                wanted[part[0]] = {
                    (*key, what): value
                    for key, line in owed.items()
                    for what, value in zip(("units", "micro"), line, strict=True)
                    if value
                }
    found = {start: {k: v for k, v in sums.items() if v} for start, sums in billed.items()}
    assert {k: v for k, v in found.items() if v} == {k: v for k, v in wanted.items() if v}


def check_shares(sold, map_):
    """Each line that was divided, with its share and with all answers."""
    divided = []
    shares = [
        share for month in (BEFORE, LAST) for share, _ in month_share(month, LAST.end + 30 * DAY)
    ]
    held = {share.line_id: share for share in shares if not share.void}
    lines = {
        line.id: line
        for line in models.InvoiceLine.objects.filter(
            invoice__state__in=models.Invoice.COUNTED
        ).exclude(kind="tax")
    }
    groups = defaultdict(dict)
    for line in lines.values():
        group = line.invoice_id, line.subscription_id, line.start
        groups[group][line.id] = line.kind, line.quantity, line.amount_micro
    answers = defaultdict(list)
    for _, _, sales in sold:
        for one in sales.answers:
            answers[one.meter, one.key, hour_of(one.at)].append((one.units, one.hazards))
    for (_, subscription_id, _), group in groups.items():
        prices = models.Subscription.objects.get(pk=subscription_id).price_version.prices
        for id_, amount in money_again.set_aside(group, prices["contributors_percent"]).items():
            micro = held.pop(id_).amount_micro
            assert abs(micro - amount) < 2
            check_line(lines[id_], micro, answers, map_)
            divided.append((lines[id_], micro, answers))
    assert not held
    check_statements()
    return divided


def check_statements():
    for currency in ("EUR", "JPY"):
        entries = Entry.objects.filter(account__currency=currency)
        assert (entries.aggregate(sum=Sum("amount_micro"))["sum"] or 0) == 0
        assert not entries.filter(account__kind="held").aggregate(sum=Sum("amount_micro"))["sum"]
    for who in range(1, 8):
        assert list(faults(read(who))) == []


def check_line(line, micro, answers, map_):
    billed = {(h.key_id, h.hour): h.quantity for h in models.LineHour.objects.filter(line=line)}
    assert sum(billed.values()) == line.quantity
    own = {place: answers[line.of, *place] for place in billed}
    parts, spoilt = money_again.shared(own, billed, map_.bits)
    assert sum(parts.values()) == line.quantity
    wanted = money_again.divided(micro, parts)
    got = Counter()
    for entry in Entry.objects.filter(booking__reference=f"split:{line.id}"):
        if entry.account.kind != "held":
            got[entry.account.witness] += entry.amount_micro
    assert sum(got.values()) == micro
    for who in wanted.keys() | got.keys():
        assert abs(got[who] - wanted.get(who, 0)) < 2, (line.of, who)
    for entry in Entry.objects.filter(booking__reference=f"claw-back:{line.id}"):
        if entry.account.witness is not None:
            due = micro * spoilt[entry.account.witness] / line.quantity
            assert 0 < -entry.amount_micro <= due


def check_taken(line, micro, answers, map_):
    """Who has told against the truth has what he would have by what is known in the end, or nothing
    at all any more."""
    own = {(h.key_id, h.hour): h.quantity for h in models.LineHour.objects.filter(line=line)}
    given = {place: answers[line.of, *place] for place in own}
    parts, spoilt = money_again.shared(given, own, map_.bits)
    would_get = money_again.divided(micro, parts)
    got = Counter()
    for name in ("split", "claw-back", "correction"):
        for entry in Entry.objects.filter(booking__reference=f"{name}:{line.id}"):
            got[entry.account.witness] += entry.amount_micro
    for who, part in spoilt.items():
        would_have = would_get.get(who, 0) - micro * part / line.quantity
        left = earned(who, Currency(line.invoice.currency))
        assert got[who] < would_have + 3 or left == 0, (line.of, who)
