"""JSON doors of money: a buyer's payment, a provider's notice."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from donghai.api import read, show
from orders.checkout.api import BAG_HEADER
from orders.checkout.bag import BagView
from orders.payments import services
from orders.payments.provider import ADAPTERS, provider


class Pay(BagView):
    """POST orders/{number}/payments: ask the provider for an order's money."""

    class Input(serializers.Serializer[Any]):
        method = serializers.CharField(
            max_length=40,
            default="page",
            help_text="`page` leads to the provider's page. The sandbox also knows "
            "`test_pays` and `test_declines`, which decide at once.",
        )

    class Output(serializers.Serializer[Any]):
        state = serializers.CharField()
        page_url = serializers.CharField()
        pays_order = serializers.BooleanField()
        amount_minor = serializers.IntegerField()
        currency = serializers.CharField()

    @extend_schema(request=Input, responses={201: Output}, parameters=[BAG_HEADER])
    def post(self, request: Request, number: str) -> Response:
        wanted = read(self.Input, request.data)
        payment = services.begin_payment(
            order_id=services.order_of(bag=self.bag, number=number),
            method=wanted["method"],
        )
        return Response(show(self.Output, payment), status.HTTP_201_CREATED)


@csrf_exempt
@require_POST
def notice(request: HttpRequest, name: str) -> HttpResponse:
    """POST payments/notices/{provider}: a webhook, believed only with its signature."""
    adapter = provider()
    if name not in ADAPTERS or name != adapter.name:
        return HttpResponse(status=404)
    if not adapter.verify(request.body, request.headers.get("Signature", "")):
        return HttpResponse(status=403)
    content = _object(request.body)
    if not {"event", "key"} <= content.keys():
        return HttpResponse(status=400)
    services.take_notice(name=name, event=content["event"], content=content)
    return HttpResponse(status=204)


def _object(body: bytes) -> dict[str, Any]:
    """What a JSON object says; empty for anything else."""
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
