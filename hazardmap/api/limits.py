"""How often a caller may ask, said in every answer (draft-ietf-httpapi-ratelimit-headers)."""

from typing import Any

from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hazardmap.api.rendering import let_go
from hazardmap.platform.rate_limit import Left, spend


class LimitedView(APIView):
    """Answers 429 beyond `quota` requests of a `bucket` in `window_s` seconds."""

    quota = 6000
    window_s = 60
    _left: Left | None = None

    def bucket(self, request: Request) -> str:
        """Whose requests are counted together."""
        raise NotImplementedError

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self._left = spend(self.bucket(request), limit=self.quota, period_s=self.window_s)
        if self._left.events < 0:
            raise Throttled(wait=self._left.reset_s)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        if self._left is not None:
            left = max(0, self._left.events)
            response.headers["RateLimit-Policy"] = f'"default";q={self.quota};w={self.window_s}'
            response.headers["RateLimit"] = f'"default";r={left};t={self._left.reset_s}'
        response = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(response, Response):
            response.add_post_render_callback(let_go)
        return response
