"""Which form an answer takes; apart from `donghai.api`, whose imports ask for it."""

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation


class OnlyJson(DefaultContentNegotiation):
    """We answer in one way, so what a client would accept need not be asked."""

    def select_renderer(
        self, request: Any, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type
