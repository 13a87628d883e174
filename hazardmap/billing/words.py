"""What the lines of an invoice say."""

from typing import Final

from django.utils.translation import gettext_noop

from hazardmap.core.selling.pricing.period import Period
from hazardmap.core.selling.pricing.rating import LineKind
from hazardmap.core.selling.pricing.tax import Tax, TaxCategory
from hazardmap.core.selling.usage import Meter

METERS: Final = {
    Meter.TILE: gettext_noop("map tiles"),
    Meter.HAZARD: gettext_noop("hazards returned"),
    Meter.ROUTE: gettext_noop("route queries"),
    Meter.WEBHOOK: gettext_noop("webhooks delivered"),
    Meter.EXPORT_MB: gettext_noop("megabytes exported"),
    Meter.IMAGE: gettext_noop("images"),
    Meter.WATCH_HOUR: gettext_noop("watch-area hours"),
}


def line_words(kind: LineKind, of: str, part: Period, plan: str) -> str:
    """ "map tiles, 2026-10-01 00:00 to 2026-11-01 00:00 UTC"."""
    words = {
        LineKind.FEE: lambda: f"{plan}, basic fee",
        LineKind.USAGE: lambda: METERS[Meter(of)],
        LineKind.MINIMUM: lambda: f"{METERS[Meter(of)]}, up to the minimum",
        LineKind.DISCOUNT: lambda: f"discount: {of}",
        LineKind.COMMITMENT: lambda: f"{plan}, up to the amount committed to",
    }
    return f"{words[kind]()}, {part}"


def tax_words(tax: Tax) -> str:
    rate = f"{tax.percent.normalize():f} %"
    named = {
        TaxCategory.STANDARD: f"tax {rate}",
        TaxCategory.REVERSE_CHARGE: "no tax: reverse charge, the buyer owes it",
        TaxCategory.OUTSIDE: "no tax: outside its scope",
    }
    return f"{named[tax.category]}. {tax.note}" if tax.note else named[tax.category]
