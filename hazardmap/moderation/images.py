"""Pictures for staff: also of hazards that are not on the map; only ever the blurred copy."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from hazardmap.capture.selectors import hidden_picture, stored_image
from hazardmap.moderation.access import may_moderate
from hazardmap.platform.there import there


@require_safe
def image(request: HttpRequest, frame_id: UUID) -> HttpResponse:
    if not may_moderate(request):
        _unless_shown(request, frame_id)
    content = there(stored_image(frame_id))
    return HttpResponse(
        content,
        content_type="image/jpeg",
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def _unless_shown(request: HttpRequest, frame_id: UUID) -> None:
    """What somebody has reported is for moderators alone to look at."""
    if not request.user.has_perm("capture.view_frame") or hidden_picture(frame_id):
        raise PermissionDenied
