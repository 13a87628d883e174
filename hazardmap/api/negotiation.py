"""Which shape an answer has: always the one that the API has."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class OneShape(DefaultContentNegotiation):
    """Takes no notice of `Accept` (RFC 9110, 12.5.1 leaves it to us): geo+json is no 406 here."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, Any]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type
