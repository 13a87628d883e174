"""Security headers of every page: no third party that no setting asks for, no inline script."""

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse

NO_SENSORS = "camera=(), geolocation=(), microphone=()"
DRIVE_SENSORS = "camera=(self), geolocation=(self), microphone=()"
MAP_SENSORS = "camera=(), geolocation=(self), microphone=()"


def content_security_policy(*, origins: Sequence[str] = (), embeddable: bool = False) -> str:
    """The policy of a page. origins: others that it may fetch data and pictures from.

    embeddable: whether pages of other sites may show it in a frame.
    """
    also = "".join(f" {origin}" for origin in origins)
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "worker-src 'self'",
            f"connect-src 'self'{also}",
            "font-src 'self'",
            f"img-src 'self' data: blob:{also}",
            "manifest-src 'self'",
            "media-src 'self' blob:",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors *" if embeddable else "frame-ancestors 'none'",
        ]
    )


CONTENT_SECURITY_POLICY = content_security_policy()


class SecurityHeaders:
    """Adds the policies of the site to what has none; `/drive/` may use camera and place."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        driving = request.path.startswith("/drive/")
        response.headers.setdefault("Permissions-Policy", DRIVE_SENSORS if driving else NO_SENSORS)
        return response
