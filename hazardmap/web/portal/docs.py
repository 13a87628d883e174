"""How to call the API, with the reader's own key in every example."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from hazardmap.accounts.selectors import api_keys_of
from hazardmap.core.access.roles import Act
from hazardmap.core.access.scopes import SCOPE_WORDS
from hazardmap.web.portal.access import Portal, portal_page, show
from hazardmap.web.portal.snippets import snippets


@require_safe
@portal_page(Act.LOOK)
def docs_page(request: HttpRequest, portal: Portal) -> HttpResponse:
    now = timezone.now()
    live = [key for key in api_keys_of(portal.organisation.pk) if key.works_at(now)]
    chosen = next((key for key in live if key.kid == request.GET.get("key")), None)
    key = chosen or next(iter(live), None)
    prefix = key.prefix if key else "hm_key_"
    return show(
        request,
        portal,
        "docs",
        keys=live,
        key=key,
        operations=snippets(request, prefix),
        scopes=SCOPE_WORDS.items(),
    )
