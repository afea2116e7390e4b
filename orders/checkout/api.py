"""JSON doors of a buyer: claim, quote, order."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from donghai import idempotency
from donghai.api import BIGGEST, read, show
from orders.checkout import claiming, services, waiting
from orders.checkout.address import address_from
from orders.checkout.arrivals import came_from
from orders.checkout.bag import HEADER, BagView, bag_of, bag_or_new, keep, token
from orders.checkout.models import Order

BAG_HEADER = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, description="The signed bag token."
)


CLAIM_KEY = OpenApiParameter(
    idempotency.HEADER,
    UUID,
    OpenApiParameter.HEADER,
    description="A UUID of your own; a repeat with it gets the first answer again, "
    "and the bag it went into, if that answer never arrived.",
)


class AddressInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    street = serializers.CharField(max_length=200)
    city = serializers.CharField(max_length=80)
    region = serializers.CharField(
        max_length=80, required=False, default="", allow_blank=True
    )
    postcode = serializers.CharField(
        max_length=12, required=False, default="", allow_blank=True
    )
    country = serializers.RegexField(r"^[A-Za-z]{2}\Z")
    phone = serializers.CharField(
        max_length=24, required=False, default="", allow_blank=True
    )


class MakeClaim(APIView):
    """POST sessions/{id}/claims: "mine", without account; the answer brings the bag."""

    authentication_classes = ()

    class Input(serializers.Serializer[Any]):
        listing = serializers.IntegerField(min_value=1, max_value=BIGGEST)
        quantity = serializers.IntegerField(default=None, max_value=BIGGEST)
        name = serializers.CharField(
            max_length=40, required=False, default="", allow_blank=True
        )
        price_minor = serializers.IntegerField(
            default=None,
            min_value=0,
            max_value=BIGGEST,
            help_text="The price on the viewer's page: more than that is refused.",
        )

    class Output(serializers.Serializer[Any]):
        claim = serializers.IntegerField()
        receipt = serializers.CharField()
        place = serializers.IntegerField()
        hold = serializers.IntegerField()
        expires_at = serializers.DateTimeField()
        price_minor = serializers.IntegerField()
        currency = serializers.CharField()
        bag = serializers.CharField()

    @extend_schema(
        request=Input, responses={201: Output}, parameters=[BAG_HEADER, CLAIM_KEY]
    )
    def post(self, request: Request, session_id: int) -> Response:
        wanted = read(self.Input, request.data)
        bag = bag_or_new(request._request)
        made = claiming.claim(
            session_id=session_id,
            listing_id=wanted["listing"],
            quantity=wanted["quantity"],
            name=wanted["name"],
            bag=bag,
            came_from=came_from(request._request),
            price_minor=wanted["price_minor"],
            key=_key_of(request),
        )
        if bag_of(request._request) not in (None, made.bag):
            raise idempotency.KeyReused()
        response = Response(
            {
                "claim": made.pk,
                "receipt": made.receipt,
                "place": made.place,
                "hold": made.hold_id,
                "expires_at": made.hold.expires_at,
                "price_minor": made.price_minor,
                "currency": made.currency,
                "bag": token(made.bag),
            },
            status.HTTP_201_CREATED,
        )
        keep(response, made.bag, secure=settings.PRODUCTION)
        return response


def _key_of(request: Request) -> UUID | None:
    key = request.headers.get(idempotency.HEADER)
    return serializers.UUIDField().run_validation(key) if key else None


class DropClaim(BagView):
    """DELETE claims/{id}: give a claim's pieces back at once.

    409 when nothing of it is held for this bag, or it is being paid.
    """

    @extend_schema(responses={204: None}, parameters=[BAG_HEADER])
    def delete(self, request: Request, claim_id: int) -> Response:
        if not claiming.drop(bag=self.bag, claim_id=claim_id):
            raise services.NothingHeld()
        return Response(status=status.HTTP_204_NO_CONTENT)


class WaitInLine(APIView):
    """sessions/{id}/waiting: the lines for pieces that others hold.

    POST joins the line of a listing, DELETE leaves it or passes on what was offered,
    GET says where the bag stands. To take what is offered, claim it.
    """

    authentication_classes = ()

    class Input(serializers.Serializer[Any]):
        listing = serializers.IntegerField(min_value=1, max_value=BIGGEST)
        name = serializers.CharField(
            max_length=40, required=False, default="", allow_blank=True
        )

    class Output(serializers.Serializer[Any]):
        listing = serializers.IntegerField(source="listing_id")
        ticket = serializers.IntegerField()
        place = serializers.IntegerField(help_text="0 once it is offered")
        offered_until = serializers.DateTimeField(source="until", allow_null=True)

    @extend_schema(responses=Output(many=True), parameters=[BAG_HEADER])
    def get(self, request: Request, session_id: int) -> Response:
        bag = bag_of(request._request)
        waiting.move_lines_of(session_id)
        found = waiting.tickets(session_id=session_id, bag=bag)
        return Response([show(self.Output, ticket) for ticket in found])

    @extend_schema(request=Input, responses={201: Output}, parameters=[BAG_HEADER])
    def post(self, request: Request, session_id: int) -> Response:
        wanted = read(self.Input, request.data)
        bag = bag_or_new(request._request)
        ticket = waiting.join(
            session_id=session_id,
            listing_id=wanted["listing"],
            bag=bag,
            name=wanted["name"],
        )
        answer = {**show(self.Output, ticket), "bag": token(bag)}
        response = Response(answer, status.HTTP_201_CREATED)
        keep(response, bag, secure=settings.PRODUCTION)
        return response

    @extend_schema(request=Input, responses={204: None}, parameters=[BAG_HEADER])
    def delete(self, request: Request, session_id: int) -> Response:
        wanted = read(self.Input, request.data)
        bag = bag_of(request._request)
        if bag is None:
            raise waiting.NotInLine()
        waiting.leave(session_id=session_id, listing_id=wanted["listing"], bag=bag)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MakeQuote(BagView):
    """POST quotes: the landed price of held claims, each line with its rule."""

    class Input(serializers.Serializer[Any]):
        holds = serializers.ListField(
            child=serializers.IntegerField(min_value=1, max_value=BIGGEST),
            required=False,
            min_length=1,
            max_length=99,
        )
        country = serializers.RegexField(r"^[A-Za-z]{2}\Z")
        postcode = serializers.CharField(
            max_length=12, required=False, default="", allow_blank=True
        )

    class Output(serializers.Serializer[Any]):
        class Line(serializers.Serializer[Any]):
            kind = serializers.CharField()
            label = serializers.CharField(source="text")  # type: ignore[assignment]
            amount_minor = serializers.IntegerField()
            rule = serializers.CharField()
            is_estimate = serializers.BooleanField()

        id = serializers.UUIDField()
        currency = serializers.CharField()
        total_minor = serializers.IntegerField()
        is_estimate = serializers.BooleanField()
        expires_at = serializers.DateTimeField()
        lines = Line(many=True)

    @extend_schema(request=Input, responses={201: Output}, parameters=[BAG_HEADER])
    def post(self, request: Request) -> Response:
        wanted = read(self.Input, request.data)
        made = services.quote(
            bag=self.bag,
            hold_ids=wanted.get("holds"),
            country=wanted["country"].upper(),
            postcode=wanted["postcode"],
        )
        answer = {
            "id": made.quote.pk,
            "currency": made.quote.currency,
            "total_minor": made.quote.total_minor,
            "is_estimate": made.quote.is_estimate,
            "expires_at": made.quote.expires_at,
            "lines": [show(self.Output.Line, line) for line in made.lines],
        }
        return Response(answer, status.HTTP_201_CREATED)


class OrderOutput(serializers.Serializer[Any]):
    number = serializers.CharField()
    status = serializers.CharField()
    currency = serializers.CharField()
    total_minor = serializers.IntegerField()
    placed_at = serializers.DateTimeField()
    paid_at = serializers.DateTimeField(allow_null=True)


class PlaceOrder(BagView):
    """POST orders: take the quote at its word and start waiting for payment."""

    class Input(serializers.Serializer[Any]):
        quote = serializers.UUIDField()
        email = serializers.EmailField(max_length=254)
        address = AddressInput()

    @extend_schema(
        request=Input,
        responses={201: OrderOutput},
        parameters=[BAG_HEADER, idempotency.PARAMETER],
    )
    def post(self, request: Request) -> Response:
        wanted = read(self.Input, request.data)
        with transaction.atomic():
            kept = idempotency.begin(request, scope=self.bag.hex)
            if kept.answer is not None:
                return Response(kept.answer, status.HTTP_201_CREATED)
            order = services.place_order(
                bag=self.bag,
                quote_id=wanted["quote"],
                email=wanted["email"],
                address=address_from(wanted["address"]),
                language=getattr(request, "LANGUAGE_CODE", "en"),
            )
            answer = show(OrderOutput, order)
            kept.keep(answer)
        return Response(answer, status.HTTP_201_CREATED)


class ShowOrder(BagView):
    """GET orders/{number}: only for the bag that placed it."""

    @extend_schema(responses=OrderOutput, parameters=[BAG_HEADER])
    def get(self, request: Request, number: str) -> Response:
        order = get_object_or_404(Order, number=number, bag=self.bag)
        return Response(show(OrderOutput, order))
