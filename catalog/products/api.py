"""JSON doors of the market."""

from typing import Any

from django.utils import translation
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.products import browsing
from catalog.products.models import Product


class ProductOutput(serializers.Serializer[Any]):
    class VariantOutput(serializers.Serializer[Any]):
        id = serializers.IntegerField()
        sku = serializers.CharField()
        size = serializers.CharField()
        weight_g = serializers.FloatField()
        is_one_off = serializers.BooleanField()
        left = serializers.IntegerField(source="stock.free")

    id = serializers.IntegerField()
    title = serializers.SerializerMethodField()
    mineral = serializers.CharField()
    form = serializers.CharField()
    treatment = serializers.CharField()
    origin = serializers.CharField()
    merchant = serializers.CharField(source="merchant.name")
    picture = serializers.SerializerMethodField()
    variants = VariantOutput(many=True)

    def get_title(self, product: Product) -> str:
        return product.title(translation.get_language() or "en")

    def get_picture(self, product: Product) -> str:
        return product.picture.url if product.picture else ""


class Products(APIView):
    """GET products: pieces on the market by words in any language and by facts.

    24 at a time. `total` and `counts` are of the first 500 matches at most: with `more`
    there are at least as many. `corrected` says as what a mistyped word was read, and
    `unknown` which words were left out, as no product has them.
    """

    class Page(serializers.Serializer[Any]):
        results = ProductOutput(many=True)
        next = serializers.CharField(allow_blank=True)
        total = serializers.IntegerField()
        more = serializers.BooleanField()
        counts = serializers.DictField(
            child=serializers.DictField(child=serializers.IntegerField())
        )
        corrected = serializers.DictField(child=serializers.CharField())
        unknown = serializers.ListField(child=serializers.CharField())

    @extend_schema(
        responses=Page,
        parameters=[
            OpenApiParameter("search", str),
            *(
                OpenApiParameter(name, str, many=True, explode=True)
                for name in browsing.FACETS
            ),
            OpenApiParameter(browsing.IN_STOCK, bool),
            OpenApiParameter("sort", str, enum=[x.value for x in browsing.SORTS]),
            OpenApiParameter("after", str, description="`next` of the page before."),
        ],
    )
    def get(self, request: Request) -> Response:
        looker = browsing.Looker(translation.get_language() or "en")
        shelf = browsing.browse(request.query_params, looker)
        found = shelf.found
        return Response(
            {
                "results": ProductOutput(shelf.products, many=True).data,
                "next": found.next,
                "total": found.total,
                "more": found.more,
                "counts": {
                    name: dict(counts)
                    for name, counts in found.counts.items()
                    if name in browsing.FACETS
                },
                "corrected": dict(found.corrected),
                "unknown": found.unknown,
            }
        )
