"""Security headers of every page: no third party, no inline script."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "worker-src 'self'",
        "connect-src 'self'",
        "font-src 'self'",
        "img-src 'self' data: blob:",
        "manifest-src 'self'",
        "media-src 'self' blob:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
NO_SENSORS = "camera=(), geolocation=(), microphone=()"
DRIVE_SENSORS = "camera=(self), geolocation=(self), microphone=()"


class SecurityHeaders:
    """Adds the policies that hold for the whole site; only `/drive/` may use camera and place."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        driving = request.path.startswith("/drive/")
        response.headers.setdefault("Permissions-Policy", DRIVE_SENSORS if driving else NO_SENSORS)
        return response
