"""How invoices name the organisation: name, address, tax number, a reference of its own."""

from babel import Locale
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.selectors import BillingAddress, billing_address_of
from hazardmap.billing.services import billing_address_set
from hazardmap.core.roles import Act
from hazardmap.web.portal.access import Portal, portal_page, show

# What CLDR has besides the countries of ISO 3166: parts, groups, and places that do not exist.
_NONE = {"AC", "CP", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
_NAMES = Locale("en").territories
COUNTRIES = {
    code: _NAMES[code]
    for code in sorted(_NAMES, key=lambda code: _NAMES[code])
    if len(code) == 2 and code not in _NONE
}


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
        return _page(request, portal, typed, error=str(refused))
    messages.success(request, _("Saved for all invoices that are not finalised yet."))
    return HttpResponseRedirect(portal.url("invoices/address/"))


def _page(
    request: HttpRequest, portal: Portal, address: BillingAddress | None, *, error: str = ""
) -> HttpResponse:
    return show(
        request, portal, "address", address=address, error=error, countries=COUNTRIES.items()
    )
