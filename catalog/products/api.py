"""JSON doors of the market."""

from typing import Any

from django.utils import translation
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.products.models import Product
from donghai.paging import whole_number

PAGE = 24


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
    """GET products?search=: pieces on the market, newest first, 24 at a time."""

    class Page(serializers.Serializer[Any]):
        results = ProductOutput(many=True)
        next = serializers.IntegerField(allow_null=True)

    @extend_schema(
        responses=Page,
        parameters=[
            OpenApiParameter("search", str),
            OpenApiParameter("before", int, description="`next` of the page before."),
        ],
    )
    def get(self, request: Request) -> Response:
        found = Product.objects.listed().matching(
            request.query_params.get("search", "")
        )
        before = whole_number(request.query_params.get("before", ""))
        if before is not None:
            found = found.filter(pk__lt=before)
        page = list(found.with_stock().order_by("-pk")[: PAGE + 1])
        more = len(page) > PAGE
        page = page[:PAGE]
        return Response(
            {
                "results": ProductOutput(page, many=True).data,
                "next": page[-1].pk if more else None,
            }
        )
