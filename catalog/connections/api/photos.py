"""Photos from a merchant's own system."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.connections import shapes
from catalog.connections.api.doors import MerchantDoor
from catalog.connections.models import Scope
from catalog.photos import services

MOST_AT_ONCE = 12


class OwnPhotos(MerchantDoor):
    """POST merchant/products/{sku}/photos: files for the product of that SKU.

    Each file stands for itself. The same file again is the photo that is there, so a
    repeat is safe without a key.
    """

    scopes: ClassVar[Mapping[str, str]] = {"POST": Scope.PRODUCTS_WRITE}
    parser_classes = (MultiPartParser,)

    class Input(serializers.Serializer[Any]):
        photos = serializers.ListField(
            child=serializers.FileField(allow_empty_file=True),
            min_length=1,
            max_length=MOST_AT_ONCE,
        )

    class Output(serializers.Serializer[Any]):
        class Turned(serializers.Serializer[Any]):
            name = serializers.CharField()
            sentence = serializers.CharField(source="words")

        taken = serializers.IntegerField()
        refused = Turned(many=True)

    @extend_schema(request=Input, responses=Output)
    def post(self, request: Request, sku: str) -> Response:
        variant = get_object_or_404(shapes.variants(self.merchant_id).by_sku(sku))
        wanted = self.Input(data=request.data)
        wanted.is_valid(raise_exception=True)
        token: Any = request.auth
        added = services.add_photos(
            product_id=variant.product_id,
            files=wanted.validated_data["photos"],
            by=token.created_by,
        )
        answer = {"taken": len(added.photos), "refused": added.turned_away}
        return Response(self.Output(answer).data)
