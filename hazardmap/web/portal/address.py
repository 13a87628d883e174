"""How invoices name the organisation: name, address, tax number, a reference of its own."""

from unicodedata import normalize

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from hazardmap.billing.countries import COUNTRIES
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.selectors import BillingAddress, billing_address_of
from hazardmap.billing.services import billing_address_set
from hazardmap.core.access.roles import Act
from hazardmap.platform.sentences import sentence
from hazardmap.web.portal.access import Portal, portal_page, show
from hazardmap.web.templatetags.moments import reading_locale


@require_safe
@portal_page(Act.SEE_BILLS)
def address_page(request: HttpRequest, portal: Portal) -> HttpResponse:
    return _page(request, portal, billing_address_of(portal.organisation.pk))


@require_POST
@portal_page(Act.MANAGE_BILLING)
def set_address(request: HttpRequest, portal: Portal) -> HttpResponse:
    """What is typed wrong is told, and stays in the form."""
    typed = address_typed(request)
    try:
        billing_address_set(organisation_id=portal.organisation.pk, to=typed)
    except (BillingRefused, ValueError) as refused:
        return _page(request, portal, typed, error=sentence(refused))
    messages.success(request, _("Saved for all invoices that are not finalised yet."))
    return HttpResponseRedirect(portal.url("invoices/address/"))


def address_typed(request: HttpRequest) -> BillingAddress:
    """As it stands in the form."""
    names = ("name", "address", "country", "tax_number", "reference")
    return BillingAddress(**{name: request.POST.get(name, "")[:500] for name in names})


def _page(
    request: HttpRequest, portal: Portal, address: BillingAddress | None, *, error: str = ""
) -> HttpResponse:
    return show(request, portal, "address", address=address, error=error, countries=countries())


def countries() -> list[tuple[str, str]]:
    """Code and name, by the name in the language of the page; an accent does not move it."""
    names = reading_locale().territories
    return sorted(
        ((code, names[code]) for code in COUNTRIES), key=lambda one: normalize("NFKD", one[1])
    )
