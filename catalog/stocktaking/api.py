"""JSON doors of the counting phone, for members of the merchant; 404 to others."""

from datetime import timedelta
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import translation
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import permissions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.merchants.models import MerchantMember
from catalog.products.models import Variant
from catalog.stocktaking import finding, services
from catalog.stocktaking.codes import code_of
from catalog.stocktaking.models import StockTake

MOST_PIECES = 5000  # a phone keeps; pieces beyond are looked up one by one
MOST_COUNTS = 200
LONGEST_MS = 7 * 24 * 3600 * 1000


class PieceOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    code = serializers.SerializerMethodField()
    sku = serializers.CharField()
    title = serializers.SerializerMethodField()
    size = serializers.CharField()
    picture = serializers.SerializerMethodField()
    expected = serializers.IntegerField(source="stock.on_hand")

    def get_code(self, variant: Variant) -> str:
        return code_of(variant.pk)

    def get_title(self, variant: Variant) -> str:
        return variant.product.title(translation.get_language() or "en")

    def get_picture(self, variant: Variant) -> str:
        return variant.product.picture.url if variant.product.picture else ""


class LineOutput(serializers.Serializer[Any]):
    variant = serializers.IntegerField(source="variant_id")
    counted = serializers.IntegerField()
    expected = serializers.IntegerField()


class LinesOutput(serializers.Serializer[Any]):
    lines = LineOutput(many=True)


class TakeDoor(APIView):
    """A stock-take of a merchant somebody acts for."""

    permission_classes = [permissions.IsAuthenticated]

    def take(self, request: Request, merchant_id: int, take_id: int) -> StockTake:
        mine = MerchantMember.objects.filter(user=request.user.pk)
        rows = StockTake.objects.filter(merchant__members__in=mine)
        return get_object_or_404(rows, pk=take_id, merchant=merchant_id)


class Counts(TakeDoor):
    """What was counted on a phone: each key counts once, however often it is sent."""

    class Input(serializers.Serializer[Any]):
        class CountInput(serializers.Serializer[Any]):
            key = serializers.UUIDField()
            variant = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
            quantity = serializers.IntegerField(
                min_value=-services.MOST, max_value=services.MOST
            )
            is_typed = serializers.BooleanField(default=False)
            age_ms = serializers.IntegerField(min_value=0, max_value=LONGEST_MS)

            def validate(self, said: dict[str, Any]) -> dict[str, Any]:
                if said["is_typed"] and said["quantity"] < 0:
                    raise serializers.ValidationError({"quantity": "below nought"})
                return said

        counts = CountInput(
            many=True,
            max_length=MOST_COUNTS,  # type: ignore[call-arg] # the list's
        )
        undone = serializers.ListField(
            child=serializers.UUIDField(), max_length=MOST_COUNTS, default=list
        )

    @extend_schema(responses=LinesOutput)
    def get(self, request: Request, merchant_id: int, take_id: int) -> Response:
        take = self.take(request, merchant_id, take_id)
        if take.state != StockTake.State.OPEN:
            raise services.TakeEnded()
        return Response(LinesOutput({"lines": services.lines_of(take.pk)}).data)

    @extend_schema(request=Input, responses=LinesOutput)
    def post(self, request: Request, merchant_id: int, take_id: int) -> Response:
        take = self.take(request, merchant_id, take_id)
        user: Any = request.user
        said = self.Input(data=request.data)
        said.is_valid(raise_exception=True)
        lines = services.note(
            take_id=take.pk,
            counts=[
                services.Count(
                    key=one["key"],
                    variant_id=one["variant"],
                    quantity=one["quantity"],
                    is_typed=one["is_typed"],
                    age=timedelta(milliseconds=one["age_ms"]),
                )
                for one in said.validated_data["counts"]
            ],
            undone=said.validated_data["undone"],
            counted_by=user.pk,
        )
        return Response(LinesOutput({"lines": lines}).data)


class Pieces(TakeDoor):
    """All pieces of the merchant, for a phone to know them without a line."""

    class Output(serializers.Serializer[Any]):
        pieces = PieceOutput(many=True)

    @extend_schema(responses=Output)
    def get(self, request: Request, merchant_id: int, take_id: int) -> Response:
        take = self.take(request, merchant_id, take_id)
        rows = Variant.objects.filter(merchant=take.merchant_id, withdrawn_at=None)
        known = rows.select_related("product", "stock").order_by("-pk")[:MOST_PIECES]
        return Response(self.Output({"pieces": known}).data)


class Find(TakeDoor):
    """One piece by what a camera read or a person typed."""

    @extend_schema(
        responses=PieceOutput,
        parameters=[OpenApiParameter("text", str, required=True)],
    )
    def get(self, request: Request, merchant_id: int, take_id: int) -> Response:
        take = self.take(request, merchant_id, take_id)
        text = request.query_params.get("text", "")[:200]
        found = finding.find(merchant_id=take.merchant_id, text=text)
        return Response(PieceOutput(found).data)
