"""How invoices name the organisation: name, address, tax number, a reference of its own."""

from unicodedata import normalize

from babel import Locale
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.selectors import BillingAddress, billing_address_of
from hazardmap.billing.services import billing_address_set
from hazardmap.core.access.roles import Act
from hazardmap.platform.sentences import sentence
from hazardmap.web.portal.access import Portal, portal_page, show
from hazardmap.web.templatetags.moments import reading_locale

# What CLDR has besides the countries of ISO 3166: parts, groups, and places that do not exist.
_NONE = {"AC", "CP", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
COUNTRIES = frozenset(
    code for code in map(str, Locale("en").territories) if len(code) == 2 and code not in _NONE
)


@require_safe
@portal_page(Act.SEE_BILLS)
def address_page(request: HttpRequest, portal: Portal) -> HttpResponse:
    return _page(request, portal, billing_address_of(portal.organisation.pk))


@require_POST
@portal_page(Act.MANAGE_BILLING)
def set_address(request: HttpRequest, portal: Portal) -> HttpResponse:
    """What is typed wrong is told, and stays in the form."""
    names = ("name", "address", "country", "tax_number", "reference")
    typed = BillingAddress(**{name: request.POST.get(name, "")[:500] for name in names})
    if typed.country not in COUNTRIES:
        return _page(request, portal, typed, error=_("Choose a country."))
    try:
        billing_address_set(organisation_id=portal.organisation.pk, to=typed)
    except (BillingRefused, ValueError) as refused:
        return _page(request, portal, typed, error=sentence(refused))
    messages.success(request, _("Saved for all invoices that are not finalised yet."))
    return HttpResponseRedirect(portal.url("invoices/address/"))


def _page(
    request: HttpRequest, portal: Portal, address: BillingAddress | None, *, error: str = ""
) -> HttpResponse:
    return show(request, portal, "address", address=address, error=error, countries=_countries())


def _countries() -> list[tuple[str, str]]:
    """Code and name, by the name in the language of the page; an accent does not move it."""
    names = reading_locale().territories
    return sorted(
        ((code, names[code]) for code in COUNTRIES), key=lambda one: normalize("NFKD", one[1])
    )
