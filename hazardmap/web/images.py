"""Evidence pictures: only ever the blurred, re-encoded copy."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from hazardmap.capture.selectors import frame_owner, hidden_picture, stored_image
from hazardmap.hazards.image_selectors import is_evidence
from hazardmap.platform.limited import limited
from hazardmap.platform.there import there

PICTURES_PER_MINUTE = 1200
MAX_AGE_S = 300  # a picture that is taken down is gone everywhere after this long


@require_safe
@limited("pictures", PICTURES_PER_MINUTE)
def image(request: HttpRequest, frame_id: UUID) -> HttpResponse:
    """Everybody may see evidence of a hazard that is published or that a moderator has confirmed;
    any other frame only its owner (moderators see all in the admin).

    What one may not see and what does not exist give the same answer. The session is only read
    where the picture is not public, so that public answers carry no cookie.
    """
    public = is_evidence(frame_id)
    if not public and not _is_owner(request, frame_id):
        raise Http404
    content = there(None if hidden_picture(frame_id) else stored_image(frame_id))
    scope = "public" if public else "private"
    return HttpResponse(
        content,
        content_type="image/jpeg",
        headers={
            "Cache-Control": f"{scope}, max-age={MAX_AGE_S}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def _is_owner(request: HttpRequest, frame_id: UUID) -> bool:
    return request.user.is_authenticated and frame_owner(frame_id) == request.user.pk
