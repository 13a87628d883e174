"""What the operator writes down once as JSON: who sells, by which tax table, at which prices."""

import re
from dataclasses import dataclass
from datetime import date

from hazardmap.core.operation.document import Fields, Read, at_field, each, text_from
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.core.selling.pricing.prices import Prices
from hazardmap.core.selling.pricing.prices_json import decimal_from, prices_from
from hazardmap.core.selling.pricing.tax import TaxCategory, TaxRule

COUNTRY = re.compile(r"[A-Z]{2}")
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
PREFIX = re.compile(r"[A-Z0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class SellerTerms:
    """A legal entity that invoices. prefix: of its invoices' numbers. account: where buyers
    transfer what is due, an IBAN or as its bank says it; "" where nowhere.
    """

    prefix: str
    name: str
    address: str
    country: str
    tax_number: str
    account: str
    tax_rules: tuple[TaxRule, ...]


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """offered: whether buyers may subscribe to it by themselves."""

    code: str
    name: str
    prices: Prices
    offered: bool


@dataclass(frozen=True, slots=True)
class BuyerTerms:
    """How invoices name a buyer. seller: prefix of who invoices. tax_number: "" of a consumer."""

    seller: str
    currency: Currency
    name: str
    address: str
    country: str
    tax_number: str


def terms_from(document: object) -> tuple[SellerTerms, tuple[PlanTerms, ...]]:
    """Raises core.operation.document.Unreadable naming the field and the rule."""
    return at_field("", _terms, document)


def buyer_from(document: object) -> BuyerTerms:
    """Raises core.operation.document.Unreadable naming the field and the rule."""
    return at_field("", _buyer, document)


def _terms(document: object) -> tuple[SellerTerms, tuple[PlanTerms, ...]]:
    fields = Fields(document)
    seller = fields.take("seller", _seller)
    plans = fields.take("plans", each(_plan))
    fields.end()
    return seller, plans


def _seller(item: object) -> SellerTerms:
    fields = Fields(item)
    seller = SellerTerms(
        prefix=fields.take("prefix", _like(PREFIX, "1 to 10 capital letters and digits")),
        name=fields.take("name", text_from),
        address=fields.take("address", text_from),
        country=fields.take("country", _country),
        tax_number=fields.take("tax_number", text_from),
        account=fields.take("account", _or_empty(text_from), ""),
        tax_rules=fields.take("tax_rules", each(_tax_rule)),
    )
    fields.end()
    return seller


def _tax_rule(item: object) -> TaxRule:
    fields = Fields(item)
    rule = TaxRule(
        country=fields.take("country", _or_empty(_country), ""),
        business=fields.take("business", _yes_or_no),
        category=fields.take("category", lambda value: TaxCategory(text_from(value))),
        percent=fields.take("percent", decimal_from, "0"),
        since=fields.take("since", lambda value: date.fromisoformat(text_from(value))),
        note=fields.take("note", _or_empty(text_from), ""),
    )
    fields.end()
    return rule


def _plan(item: object) -> PlanTerms:
    fields = Fields(item)
    plan = PlanTerms(
        code=fields.take("code", _like(CODE, "small letters, digits and hyphens")),
        name=fields.take("name", text_from),
        prices=fields.take("prices", prices_from),
        offered=bool(fields.take("offered", _yes_or_no, False)),
    )
    fields.end()
    return plan


def _buyer(document: object) -> BuyerTerms:
    fields = Fields(document)
    buyer = BuyerTerms(
        seller=fields.take("seller", text_from),
        currency=fields.take("currency", lambda value: Currency(text_from(value))),
        name=fields.take("name", text_from),
        address=fields.take("address", text_from),
        country=fields.take("country", _country),
        tax_number=fields.take("tax_number", _or_empty(text_from), ""),
    )
    fields.end()
    return buyer


def _country(value: object) -> str:
    return _like(COUNTRY, "a country of two capital letters")(value)


def _yes_or_no(value: object) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise ValueError("must be true, false or null")
    return value


def _like(pattern: re.Pattern[str], words: str) -> Read[str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(f"must be {words}")
        return value

    return read


def _or_empty(read: Read[str]) -> Read[str]:
    return lambda value: "" if value == "" else read(value)
