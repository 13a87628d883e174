"""Files of payouts as banks read them: one line that they cannot read must not stop the others."""

from datetime import date
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command

from hazardmap.rewards.bank_text import bank_text
from hazardmap.rewards.payout_files import Debtor, payout_pain001
from hazardmap.rewards.payout_models import Payout, PayoutRun, PayoutTarget
from hazardmap.rewards.services import PayoutRefused, payout_end, payout_target_set
from tests.payout_scene import MICRO, OURS, driver, prepared, share

LETTERS = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
"""Of EPC 217-08, "SEPA Requirements for an Extended Character Set"."""
SPACE = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
ABROAD = "AE070331234567890123456"
DEBTOR = Debtor("Łódź_Hazardmap & Söhne", OURS)


def names_in(xml):
    return [one.text for one in ElementTree.fromstring(xml).iterfind(".//p:Nm", SPACE)]  # noqa: S314 - our own file


def written():
    return payout_pain001(PayoutRun.objects.get().pk, DEBTOR, date(2027, 1, 4))


@pytest.mark.django_db
def test_names_have_the_letters_that_every_bank_takes():
    typed = ["Ann Ålund", "Smith & Sons <GmbH>", "東京", "_ann@example;", "ß" * 70, 'J. "Q" O’Neil']
    share(30 * MICRO * len(typed), *(driver(name) for name in typed))
    prepared()
    ours, again, *names = names_in(written())
    assert ours == again == "Lodz Hazardmap + Sohne"
    assert sorted(names) == sorted(
        ["Ann Alund", "Smith + Sons GmbH", "Dong Jing", "ann example", "ss" * 35, "J. Q O'Neil"]
    )
    assert all(set(name) <= LETTERS and len(name) <= 70 for name in names)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "😀", "…", "x" * 71])
def test_a_name_that_no_bank_can_read_is_refused_when_it_is_given(name):
    owner = driver(iban=None)
    with pytest.raises(PayoutRefused, match="1 to 70 letters"):
        payout_target_set(owner=owner, name=name, iban=OURS)
    assert not PayoutTarget.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("spoilt", "what"), [({"name": "😀"}, "read the name"), ({"iban": ABROAD}, "reach the account")]
)
def test_what_sepa_cannot_pay_is_named_and_can_be_taken_out(spoilt, what, tmp_path):
    share(60 * MICRO, driver("Ann"), driver("Bo"))
    Payout.objects.filter(pk=prepared()[0].pk).update(**spoilt)
    (bad,) = Payout.objects.filter(**spoilt)
    with pytest.raises(PayoutRefused, match=f"{what} of the payout {bad.pk}"):
        written()
    file = tmp_path / "run.xml"
    with pytest.raises(CommandError, match=str(bad.pk)):
        call_command("payout", "pain001", str(bad.run_id), out=file, from_name="Oy", from_iban=OURS)
    assert not file.exists()
    payout_end(payout_id=bad.pk, paid=False)
    assert len(names_in(written())) == 3


@pytest.mark.django_db
def test_who_pays_has_a_name_that_banks_can_read():
    share(30 * MICRO, driver())
    prepared()
    with pytest.raises(PayoutRefused, match="name of who pays"):
        payout_pain001(PayoutRun.objects.get().pk, Debtor("…", OURS), date(2027, 1, 4))


def test_a_name_is_no_longer_than_a_file_takes():
    assert bank_text("Щ" * 70) == ("Shch" * 18)[:70]
