"""JSON doors of a parcel."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders.checkout.api import BAG_HEADER
from orders.checkout.bag import HasBag
from orders.checkout.models import Order
from orders.shipping import services


class SendNow(APIView):
    """POST orders/{number}/send-now: close tonight's parcel at once, at no cost."""

    authentication_classes = ()
    permission_classes = (HasBag,)

    class Output(serializers.Serializer[Any]):
        number = serializers.CharField()
        state = serializers.CharField()
        closes_at = serializers.DateTimeField()

    @extend_schema(request=None, responses=Output, parameters=[BAG_HEADER])
    def post(self, request: Request, number: str) -> Response:
        order = get_object_or_404(
            Order.objects.only("id"), number=number, bag=request.bag
        )
        parcel = services.send_now(order_id=order.pk)
        return Response(self.Output(parcel).data)
