"""Still there, or gone: the word of a signed-in person about a hazard."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hazardmap.hazards import selectors
from hazardmap.hazards.heirs import heir_of
from hazardmap.hazards.services import VoteRefused, vote_give
from hazardmap.platform.limited import limited, too_many_of
from hazardmap.platform.problems import answer
from hazardmap.platform.there import there
from hazardmap.web.asking import signed_in

STANDS = {"stands": True, "gone": False}
VOTES_PER_HOUR = 120
VOTES_PER_MINUTE = 60


@limited("votes", VOTES_PER_MINUTE)
@login_required
@require_POST
def vote(request: HttpRequest, hazard_id: UUID) -> HttpResponse:
    """Form field `vote`: stands or gone. Goes back to the page of the hazard."""
    user = signed_in(request)
    word = request.POST.get("vote", "")
    if word not in STANDS:
        return answer(400, "vote must be stands or gone.")
    if selectors.hazard_get(hazard_id) is None:
        # Pages may be open for hours. The word is about what stands there, whose id is another now.
        hazard_id = there(heir_of(hazard_id))
    if refused := too_many_of(user.pk, "votes", VOTES_PER_HOUR):
        return refused
    try:
        vote_give(hazard_id=hazard_id, account_id=user.pk, stands=STANDS[word])
    except VoteRefused:
        messages.warning(request, _("This hazard is no longer on the map."))
        return HttpResponseRedirect(f"/hazards/{hazard_id}/")
    else:
        told = _("Thank you. Your word counts a little, until a camera looks.")
        messages.success(request, told, extra_tags="vote")
    return HttpResponseRedirect(f"/hazards/{hazard_id}/#vote")
