"""Where somebody begins who signs in and has asked for no page."""

from django.http import HttpRequest

from hazardmap.accounts.selectors import devices_of, memberships_of
from hazardmap.moderation.access import may_moderate
from hazardmap.web.asking import signed_in


def landing(request: HttpRequest) -> str:
    """Moderators at what waits for them, who buys at the portal, who drives at the account."""
    if may_moderate(request):
        return "/admin/queue/"
    user = signed_in(request)
    if memberships_of(user) and not devices_of(user):
        return "/portal/"
    return "/account/"
