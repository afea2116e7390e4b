"""JSON doors of a parcel."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orders.checkout.api import BAG_HEADER
from orders.checkout.bag import BagView
from orders.checkout.models import Order
from orders.shipping import services


class SendNow(BagView):
    """POST orders/{number}/send-now: close tonight's parcel at once, at no cost."""

    class Output(serializers.Serializer[Any]):
        number = serializers.CharField()
        state = serializers.CharField()
        closes_at = serializers.DateTimeField()

    @extend_schema(request=None, responses=Output, parameters=[BAG_HEADER])
    def post(self, request: Request, number: str) -> Response:
        order = get_object_or_404(Order.objects.only("id"), number=number, bag=self.bag)
        parcel = services.send_now(order_id=order.pk)
        return Response(self.Output(parcel).data)
