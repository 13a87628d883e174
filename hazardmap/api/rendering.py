"""Answers as JSON, in a sixth of the time that Python's own writer takes."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer

from hazardmap.core.feature import written


class FastJSONRenderer(JSONRenderer):
    """Half a surrogate pair, sent back in an error, has no UTF-8: Python's writer escapes it."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is not None:
            try:
                return written(data)
            except TypeError:
                pass
        return bytes(super().render(data, accepted_media_type, renderer_context))
