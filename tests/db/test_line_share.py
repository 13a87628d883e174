"""What of a line of an invoice is its contributors': when it is divided, and among whom."""

import json
import random
import re
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from hazardmap.billing.models import Invoice
from hazardmap.billing.services import (
    credit_note_issue,
    invoice_draft,
    invoice_finalise,
    invoice_pay,
    invoice_void,
)
from hazardmap.capture.models import Frame
from hazardmap.closing.month_share import held_share, month_share
from hazardmap.closing.tasks import share_held
from hazardmap.core.full_times import HOUR
from hazardmap.core.fusion.verdict import Ruling
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.core.selling.sharing import PARTS, Part
from hazardmap.core.selling.statement import faults
from hazardmap.core.selling.usage import Meter
from hazardmap.hazards.services import verdict_give
from hazardmap.platform.amounts import amount_words
from hazardmap.platform.ids import new_id
from hazardmap.rewards.models import Booking
from hazardmap.rewards.selectors import (
    HELD_BACK,
    balances,
    earnings,
    lines_held,
)
from hazardmap.rewards.services import (
    share_set_aside,
    share_split,
    share_take_back,
)
from hazardmap.web.picture_address import PictureConverter
from tests.at_once import at_once
from tests.billing_scene import BEFORE, LAST, customer_of, euros, sell, serve
from tests.detected import contributor, drive, fuse_in_turn, hazards, trail
from tests.scenes import ahead
from tests.statements import read
from tests.told_scene import put_told, told


def amounts():
    return {(row.kind, row.witness): row.amount_micro for row in balances()}


def pictured(page):
    """The frames whose pictures a page shows."""
    names = re.findall(r'src="/images/([0-9a-f-]{36})\.jpg"', page)
    return [PictureConverter().to_python(name) for name in names]


@pytest.mark.django_db
def test_half_of_what_is_paid_goes_to_those_who_saw_what_was_delivered(capsys, client):
    organisation_id, key = sell()
    early, late = contributor("early"), contributor("late")
    cow = ahead(45.0, "cow")
    seen_at, after = BEFORE.start + timedelta(days=1), timedelta(minutes=4)
    fuse_in_turn([drive(early, seen_at, cow), drive(late, seen_at + after, cow)])
    (hazard,) = hazards()
    back_dated = contributor("back-dated")
    since = timedelta(days=3)
    fuse_in_turn([drive(back_dated, seen_at - after, cow, received_at=seen_at + since)])
    assert trail(hazard.id)[0].witness == back_dated.owner.witness, "it says that it was the first"
    unknown = new_id()
    for _ in range(3):
        serve(key, BEFORE, units=1, hazards=(hazard.id,))
    serve(key, BEFORE, units=1, hazards=(unknown,), day=5)
    month = f"{BEFORE.start:%Y-%m}"
    call_command("bill_month", month, finalise=True)
    call_command("share_month", month)
    assert (share_held(), amounts().keys()) == (None, {("billing", None), ("held", None)})
    invoice_pay(invoice_id=Invoice.objects.get().id)
    call_command("share_month", month)
    call_command("share_month", month)
    shown = capsys.readouterr().out
    assert shown.count("divided") == 1
    assert shown.count("as before") == 1
    assert shown.count("held") == 1
    earned = {row.witness: row.amount_micro for row in balances() if row.kind == "contributor"}
    half = Decimal("44.10") / 2
    assert euros(sum(earned.values())) == half * 3 / 4
    assert earned[early.owner.witness] > earned[late.owner.witness] > 0
    assert back_dated.owner.witness not in earned, "it came after the sale"
    assert euros(amounts()["unclaimed", None]) == half / 4
    call_command("ledger", witness=early.owner.witness)
    assert "split:" in capsys.readouterr().out
    client.force_login(early.owner)
    page = client.get("/account/earnings/").content.decode()
    assert f"Share of what was sold: hazards returned, {BEFORE.start:%B %Y}" in page
    (split,) = Booking.objects.filter(reference__startswith="split:")
    link = f"/account/earnings/{split.reference.removeprefix('split:')}/"
    assert f'href="{link}"' in page
    for device, other in ((early, late), (late, early)):
        client.force_login(device.owner)
        why = client.get(link).content.decode()
        own = earned[device.owner.witness]
        assert why.count(amount_words(own, Currency.EUR)) == 2, "all of it is for this hazard"
        assert f"{round(100 * own / sum(earned.values()))}\xa0% of 3 units" in why
        assert f'href="/hazards/{hazard.id}/"' in why
        assert Frame.objects.filter(device=device, id__in=pictured(why)).count() == 3
        assert not Frame.objects.exclude(device=device).filter(id__in=pictured(why)).exists()
        private = ("Fleet", key, str(organisation_id), str(other.owner.witness))
        assert not [one for one in private if one in why]
    client.force_login(back_dated.owner)
    assert client.get(link).status_code == 404


@pytest.mark.django_db
def test_of_what_a_share_was_for_the_rest_is_told_as_a_sum(client):
    """Hazards beyond those that are kept, and bookings from before any were."""
    owner, gone = contributor("early").owner, new_id()
    client.force_login(owner)
    shown = []
    for parts in ([Part(owner.witness, gone, 6 * PARTS, 8 * PARTS)], []):
        line = new_id()
        share_set_aside(line_id=line, amount_micro=15_000_000, currency=Currency.EUR)
        weights = {owner.witness: 10 * PARTS, None: 5 * PARTS}
        share_split(line_id=line, weights=weights, parts=parts)
        shown.append(client.get(f"/account/earnings/{line}/").content.decode())
    for words in ("10.00 EUR", "75\xa0% of 8 units", "6.00 EUR", "map knows no more"):
        assert words in shown[0]
    assert re.search(r"All other hazards together.*4\.00 EUR", shown[0])
    assert "Which hazards this was for is not kept" in shown[1]


@pytest.mark.django_db
@pytest.mark.parametrize("days_away", [0, 1, 40])
def test_what_proves_false_before_it_is_payable_is_taken_back(client, days_away):
    """Also when the schedule did not run for long."""
    organisation_id, key = sell()
    liars, cow = [contributor(name) for name in ("one", "two")], ahead(45.0, "cow")
    since = BEFORE.start + timedelta(days=1)
    fuse_in_turn([drive(liar, since + i * HOUR / 60, cow) for i, liar in enumerate(liars)])
    (hazard,) = hazards()
    serve(key, BEFORE, units=4, hazards=(hazard.id,))
    draft = invoice_draft(customer_id=customer_of(organisation_id).pk, month=BEFORE)
    assert draft is not None
    invoice_pay(invoice_id=invoice_finalise(invoice_id=draft.id).id)
    (outcome,) = [outcome.value for _, outcome in month_share(BEFORE, LAST.end)]
    assert outcome == "divided"
    divided_at = Booking.objects.get(reference__startswith="split:").at
    settled = divided_at + HELD_BACK
    half = {liar.owner.witness: amounts()["contributor", liar.owner.witness] for liar in liars}
    assert all(half.values())
    verdict_give(hazard_id=hazard.id, decision=Ruling.REJECT)
    day_before = settled - timedelta(days=1)
    assert held_share(day_before - timedelta(minutes=1)) == 0, "more may become known"
    after = day_before + timedelta(days=days_away, minutes=1)
    witness = liars[0].owner.witness
    assert earnings(witness, after)[0].payable_micro == 0, "it was not judged again"
    assert (held_share(after), held_share(after)) == (1, 0)
    left = {who: amounts()["contributor", who] for who in half}
    assert left == dict.fromkeys(half, 0)
    assert amounts()["unclaimed", None] == sum(half.values())
    for who in half:
        assert list(faults(read(who))) == []
    client.force_login(liars[0].owner)
    line = Booking.objects.get(reference__startswith="split:").reference.removeprefix("split:")
    why = client.get(f"/account/earnings/{line}/").content.decode()
    assert why.count(f'href="/hazards/{hazard.id}/"') == 2, "what it was for, and was taken for"
    assert "Taken back: the map was told what proved false" in why


@pytest.mark.django_db
def test_a_statement_can_be_checked_without_the_site(tmp_path, capsys):
    dice = random.Random(7)
    for _ in range(5):
        line = new_id()
        amount_micro = dice.randrange(10**7)
        share_set_aside(line_id=line, amount_micro=amount_micro, currency=Currency.EUR)
        weights = {who: dice.randrange(1, 99) for who in (300, 20, None, 1)}
        share_split(line_id=line, weights=weights)
    share_take_back(line_id=line)
    call_command("ledger", "--witness=20", "--json")
    path = tmp_path / "statement.json"
    text = capsys.readouterr().out
    path.write_text(text)
    checked = subprocess.run(
        [sys.executable, "-S", "-m", "hazardmap.core.selling.statement", path],
        check=True,
        capture_output=True,
        text=True,
    )
    assert checked.stdout == "every amount is right\n"
    document = json.loads(text)
    assert [line["reference"][:6] for line in document["lines"]] == ["split:"] * 5 + ["take-b"]
    old = document["lines"][1]["inputs"]["weights"]
    old[:] = [[who, f"{weight}/7"] for who, weight in old]
    assert list(faults(document)) == [], "bookings from before have fractions"
    document["lines"][2]["amount_micro"] += 1
    assert len(list(faults(document))) == 2


@pytest.mark.django_db
def test_an_export_of_many_hazards_is_divided_and_its_statement_stays_short(capsys):
    """Each was told in other parts: as fractions they have no small denominator."""
    prices = {"charges": [{"meter": "export_mb", "model": "per_unit", "unit_price": "1.00"}]}
    organisation_id, key = sell(prices=prices)
    dice = random.Random(3)
    since = BEFORE.start + timedelta(hours=1)
    trails = [
        [told(who, 0.1, dice.uniform(0.5, 0.9), at=since + who * HOUR) for who in (1, 2, 3)]
        for _ in range(1500)
    ]
    sold = put_told(trails)
    for named in (sold[:997], sold[500:]):
        serve(key, BEFORE, units=3, meter=Meter.EXPORT_MB, hazards=tuple(named), subject="export")
    draft = invoice_draft(customer_id=customer_of(organisation_id).pk, month=BEFORE)
    assert draft is not None
    invoice_pay(invoice_id=invoice_finalise(invoice_id=draft.id).id)
    assert [outcome.value for _, outcome in month_share(BEFORE, LAST.end)] == ["divided"]
    earned = amounts()
    assert all(earned["contributor", who] > 0 for who in (1, 2, 3))
    assert earned["contributor", 1] + earned["contributor", 2] + earned["contributor", 3] == (
        -earned["billing", None]
    )
    call_command("ledger", "--witness=2", "--json")
    text = capsys.readouterr().out
    assert len(text) < 1000
    assert list(faults(json.loads(text))) == []


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["paid", "void"])
def test_a_share_is_held_until_evidence_settles_and_the_invoice_is_paid_or_void(end):
    organisation_id, key = sell()
    serve(key, LAST, units=10, meter=Meter.TILE, subject="hazards/14/9327/4741")
    draft = invoice_draft(customer_id=customer_of(organisation_id).pk, month=LAST)
    assert draft is not None
    invoice_finalise(invoice_id=draft.id)

    def shared_after(days: int) -> list[str]:
        return [outcome.value for _, outcome in month_share(LAST, LAST.end + timedelta(days=days))]

    assert shared_after(1) == ["held"]
    assert amounts()["held", None] == 22_230_000
    assert shared_after(14) == ["as before"], "nobody has paid it"
    if end == "void":
        invoice_void(invoice_id=draft.id)
        assert shared_after(15) == ["taken back"]
        assert not any(amounts().values())
    else:
        invoice_pay(invoice_id=draft.id)
        assert shared_after(13) == ["as before"]
        assert shared_after(14) == ["divided"]
        assert amounts()["held", None] == 0
        assert amounts()["unclaimed", None] == 22_230_000, "nothing was published there then"
    assert shared_after(15) == ["as before"]


@pytest.mark.django_db(transaction=True)
def test_what_is_paid_late_is_divided_by_the_schedule_once():
    organisation_id, key = sell()
    invoices = {}
    for month in (BEFORE, LAST):
        serve(key, month, units=10, meter=Meter.TILE, subject="hazards/14/9327/4741")
        draft = invoice_draft(customer_id=customer_of(organisation_id).pk, month=month)
        assert draft is not None
        invoices[month] = invoice_finalise(invoice_id=draft.id).id
        list(month_share(month, LAST.end + timedelta(days=1)))
    late = LAST.end + timedelta(days=90)
    held = amounts()["held", None]
    assert held_share(late) == 0
    assert amounts()["held", None] == held
    invoice_pay(invoice_id=invoices[LAST])
    assert sum(at_once(*[lambda: held_share(late)] * 3)) >= 1
    divided = amounts()["unclaimed", None]
    assert amounts()["held", None] == held - divided > 0
    invoice_void(invoice_id=invoices[BEFORE])
    assert (held_share(late), held_share(late)) == (1, 0)
    assert (amounts()["held", None], amounts()["unclaimed", None]) == (0, divided)
    assert lines_held() == []


@pytest.mark.django_db
def test_what_was_credited_whole_is_paid_by_nobody():
    organisation_id, key = sell()
    serve(key, LAST, units=10, meter=Meter.TILE, subject="hazards/14/9327/4741")
    draft = invoice_draft(customer_id=customer_of(organisation_id).pk, month=LAST)
    assert draft is not None
    invoice = invoice_finalise(invoice_id=draft.id)
    credit_note_issue(invoice_id=invoice.id, total_micro=invoice.total_micro, reason="an outage")
    late = LAST.end + timedelta(days=90)
    assert [outcome.value for _, outcome in month_share(LAST, late)] == ["held"]
    invoice_pay(invoice_id=invoice.id)
    assert held_share(late) == 1, "the operator has said so"


@pytest.mark.django_db(transaction=True)
def test_a_line_that_cannot_be_divided_keeps_no_other_waiting(monkeypatch, caplog, capsys):
    for _ in range(2):
        organisation_id, key = sell()
        serve(key, LAST, units=10, meter=Meter.TILE, subject="hazards/14/9327/4741")
        draft = invoice_draft(customer_id=customer_of(organisation_id).pk, month=LAST)
        assert draft is not None
        invoice_pay(invoice_id=invoice_finalise(invoice_id=draft.id).id)
    late = LAST.end + timedelta(days=90)
    bad = []

    def cancelled(line_id, *_):
        """Ten units, none of a hazard, by the hour."""
        bad.append(bad[0] if bad else line_id)
        if line_id == bad[0]:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 50; SELECT pg_sleep(1)")
        yield LAST.start, {None: 10}

    with monkeypatch.context() as patch:
        patch.setattr("hazardmap.closing.month_share.delivered", cancelled)
        outcomes = [outcome.value for _, outcome in month_share(LAST, late)]
    assert outcomes == ["failed", "divided"]
    assert str(bad[0]) in caplog.text
    assert lines_held() == [bad[0]]
    monkeypatch.setattr(timezone, "now", lambda: late)
    call_command("share_month")
    assert capsys.readouterr().out.startswith("1 lines divided")
    assert lines_held() == []
