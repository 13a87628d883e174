"""Where the payment provider tells us what was paid."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from hazardmap.billing.payments.stripe_provider import event_verified
from hazardmap.billing.services import provider_event_take
from hazardmap.platform.limited import limited
from hazardmap.platform.problems import answer

EVENTS_PER_MINUTE = 600


@csrf_exempt  # signed by Stripe, and without cookies
@require_POST
@limited("payment events", EVENTS_PER_MINUTE)
def stripe(request: HttpRequest) -> HttpResponse:
    """204 once the event is kept; the same one again changes nothing."""
    if not settings.STRIPE_WEBHOOK_SECRET:
        return answer(404, "Buyers of this site pay by transfer.")
    try:
        signature = request.headers.get("Stripe-Signature", "")
        event = event_verified(request.body, signature, settings.STRIPE_WEBHOOK_SECRET)
    except ValueError:
        return answer(400, "This was not signed by Stripe.")
    provider_event_take(provider="stripe", event=event)
    return HttpResponse(status=204)
