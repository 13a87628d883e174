"""An invoice or a credit note on paper: A4, one table, further pages where it is long."""

import io
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from hazardmap.billing.invoice_facts import InvoiceFacts, Party
from hazardmap.core.selling.pricing.money import written

MARGIN: Final = 20 * mm
PADDING: Final = 6  # which a page has within its margins
WIDTH: Final = A4[0] - 2 * MARGIN
INK, QUIET, RULE = HexColor("#1b1f24"), HexColor("#57606a"), HexColor("#d0d7de")


def invoice_pdf(facts: InvoiceFacts) -> bytes:
    """The same invoice gives the same bytes."""
    _fonts()
    file = io.BytesIO()
    paper = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=MARGIN - PADDING,
        rightMargin=MARGIN - PADDING,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=facts.title,
        author=facts.seller.name,
        invariant=True,
    )
    story = [
        *_heading(facts),
        Spacer(0, 10 * mm),
        _lines(facts),
        Spacer(0, 4 * mm),
        _totals(facts),
        Spacer(0, 8 * mm),
        *_notes(facts),
    ]
    paper.build(story, onFirstPage=_number(facts), onLaterPages=_number(facts))
    return file.getvalue()


@cache
def _fonts() -> None:
    """DejaVu covers Latin, Greek and Cyrillic; matplotlib, which we have, brings it."""
    found = find_spec("matplotlib")
    assert found is not None  # noqa: S101 - it is among the requirements
    assert found.origin is not None  # noqa: S101 - as above
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    for name in ("DejaVuSans", "DejaVuSans-Bold"):
        registerFont(TTFont(name, folder / f"{name}.ttf"))


def _style(size: float = 9, *, bold: bool = False, **more: Any) -> ParagraphStyle:
    font = "DejaVuSans-Bold" if bold else "DejaVuSans"
    return ParagraphStyle(
        "text", fontName=font, fontSize=size, leading=size * 1.4, textColor=INK, **more
    )


def _text(words: str, size: float = 9, **style: Any) -> Paragraph:
    return Paragraph(escape(words).replace("\n", "<br/>"), _style(size, **style))


def _heading(facts: InvoiceFacts) -> list[Any]:
    dates = f"Issued {facts.issued_on:%-d %B %Y}\n"
    if not facts.credited:
        dates += f"Due {facts.due_on:%-d %B %Y}\n"
    dates += f"For {facts.start:%B %Y} (UTC)"
    if facts.reference:
        dates += f"\nYour reference {facts.reference}"
    parties = Table(
        [
            [_text("From", 8), _text("To", 8), _text("", 8)],
            [_text(_address(facts.seller)), _text(_address(facts.buyer)), _text(dates)],
        ],
        colWidths=[WIDTH * 0.36, WIDTH * 0.36, WIDTH * 0.28],
        style=TableStyle(
            [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0)]
        ),
    )
    return [_text(facts.title, 18, bold=True), Spacer(0, 8 * mm), parties]


def _address(party: Party) -> str:
    tax = [f"Tax number {party.tax_number}"] if party.tax_number else []
    return "\n".join([party.name, *party.address, party.country, *tax])


def _lines(facts: InvoiceFacts) -> Table:
    right = {"alignment": TA_RIGHT}
    head = [_text("What", 8), _text("Units", 8, **right), _text(facts.currency.value, 8, **right)]
    rows = [
        [
            _text(line.text, 8.5),
            _text(f"{line.quantity:,}" if line.quantity else "", 8.5, **right),
            _text(_amount(facts, line.amount_micro), 8.5, **right),
        ]
        for line in facts.lines
    ]
    return Table(
        [head, *rows],
        colWidths=[WIDTH * 0.66, WIDTH * 0.17, WIDTH * 0.17],
        repeatRows=1,
        style=TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
                ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
            ]
        ),
    )


def _totals(facts: InvoiceFacts) -> Table:
    rows = [("Net", facts.net_micro), (facts.tax_text, facts.tax_micro)]
    rows += [("Total", facts.total_micro)]
    if facts.paid_micro:
        rows += [("Paid by prepaid credit", -facts.paid_micro)]
    last = "To your credit" if facts.credited else "To pay"
    rows += [(last, facts.due_micro)]
    table = [
        [
            _text(words, bold=words == last, alignment=TA_RIGHT),
            _text(_amount(facts, micro), bold=words == last, alignment=TA_RIGHT),
        ]
        for words, micro in rows
    ]
    return Table(
        table,
        colWidths=[WIDTH * 0.78, WIDTH * 0.22],
        style=TableStyle([("RIGHTPADDING", (-1, 0), (-1, -1), 0)]),
    )


def _notes(facts: InvoiceFacts) -> list[Any]:
    if facts.credited:
        return [_text(facts.credit_terms, 8)]
    transfer = f"To be transferred to {facts.account}, naming {facts.number}."
    to_pay = [_text(transfer), Spacer(0, 4 * mm)] if facts.account and facts.due_micro else []
    return [
        *to_pay,
        _text(
            f"All amounts in {facts.currency}; periods are in UTC and end before the time that is "
            "named. Every line can be opened in the portal: hours, answers, and the evidence "
            "behind each.",
            8,
        ),
    ]


def _amount(facts: InvoiceFacts, micro: int) -> str:
    return written(micro, facts.currency).removesuffix(f" {facts.currency}")


def _number(facts: InvoiceFacts) -> Any:
    def draw(canvas: Any, paper: Any) -> None:
        canvas.setFont("DejaVuSans", 7.5)
        canvas.setFillColor(QUIET)
        canvas.drawString(MARGIN, 10 * mm, f"{facts.seller.name} · {facts.number}")
        canvas.drawRightString(A4[0] - MARGIN, 10 * mm, f"page {paper.page}")

    return draw
