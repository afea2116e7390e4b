"""Stock of a merchant's own system: read, set to a number, move by a number."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.connections import shapes
from catalog.connections.api.doors import MerchantDoor, Strict, page_begin
from catalog.connections.api.products import AFTER
from catalog.connections.models import Scope
from catalog.products.checking import MOST_PIECES
from catalog.products.models import Variant
from catalog.stock import services
from catalog.stock.models import StockLevel
from donghai import idempotency
from donghai.api import read

PAGE = 200
SCOPES = {
    "GET": Scope.STOCK_READ,
    "PUT": Scope.STOCK_WRITE,
    "POST": Scope.STOCK_WRITE,
}


class StockOutput(serializers.Serializer[Any]):
    """`free` is what can be sold now: on hand, less what is sold or held."""

    sku = serializers.CharField()
    on_hand = serializers.IntegerField()
    sold = serializers.IntegerField()
    held = serializers.IntegerField()
    free = serializers.IntegerField()


class StockDoor(MerchantDoor):
    scopes: ClassVar[Mapping[str, str]] = SCOPES

    @property
    def levels(self) -> Any:
        mine = StockLevel.objects.filter(variant__merchant=self.merchant_id)
        return mine.select_related("variant")

    @property
    def because(self) -> dict[str, Any]:
        """What movements of this token say of themselves."""
        token: Any = self.request.auth
        return {"moved_by": token.created_by_id}

    def level(self, sku: str) -> StockLevel:
        mine = Variant.objects.filter(merchant=self.merchant_id).by_sku(sku)
        return get_object_or_404(self.levels, variant__in=mine)

    def facts(self, sku: str) -> dict[str, Any]:
        return shapes.stock_facts(self.level(sku))


class Stock(StockDoor):
    """GET merchant/stock: all stock, 200 at a time."""

    class Page(serializers.Serializer[Any]):
        results = StockOutput(many=True)
        next = serializers.IntegerField(allow_null=True)

    @extend_schema(operation_id="list_stock", responses=Page, parameters=[AFTER])
    def get(self, request: Request) -> Response:
        found = self.levels.filter(pk__gt=page_begin(request)).order_by("pk")
        page = list(found[: PAGE + 1])
        more = len(page) > PAGE
        return Response(
            {
                "results": [shapes.stock_facts(level) for level in page[:PAGE]],
                "next": page[PAGE - 1].pk if more else None,
            }
        )


class OneStock(StockDoor):
    """GET, PUT merchant/stock/{sku}: how many there are; PUT counts anew."""

    class Input(Strict):
        on_hand = serializers.IntegerField(min_value=0, max_value=MOST_PIECES)

    @extend_schema(responses=StockOutput)
    def get(self, request: Request, sku: str) -> Response:
        return Response(self.facts(sku))

    @extend_schema(
        request=Input, responses=StockOutput, parameters=[idempotency.PARAMETER]
    )
    def put(self, request: Request, sku: str) -> Response:
        wanted = read(self.Input, request.data)["on_hand"]

        def act() -> dict[str, Any]:
            level = self.level(sku)
            services.set_on_hand(
                variant_id=level.pk,
                on_hand=wanted,
                reason=self.saver.reason,
                **self.because,
            )
            return self.facts(sku)

        return self.once(request, act)


class Adjustments(StockDoor):
    """POST merchant/stock/{sku}/adjustments: so many more or fewer, and why."""

    class Input(Strict):
        change = serializers.IntegerField(min_value=-MOST_PIECES, max_value=MOST_PIECES)
        reason = serializers.CharField(max_length=120)

        def validate_change(self, change: int) -> int:
            if not change:
                raise serializers.ValidationError("Nought changes nothing.")
            return change

    @extend_schema(
        request=Input, responses=StockOutput, parameters=[idempotency.PARAMETER]
    )
    def post(self, request: Request, sku: str) -> Response:
        wanted = read(self.Input, request.data)

        def act() -> dict[str, Any]:
            level = self.level(sku)
            services.adjust(variant_id=level.pk, **wanted, **self.because)
            return self.facts(sku)

        return self.once(request, act)
