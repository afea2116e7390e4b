"""Products of a merchant's own system: read, upsert by SKU, withdraw."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.connections import shapes
from catalog.connections.api.doors import MerchantDoor, Strict, page_begin
from catalog.connections.models import Scope
from catalog.products import saving
from catalog.products.pieces import Piece, Problem
from catalog.products.skus import alike
from donghai import idempotency
from donghai.api import BIGGEST, read

PAGE = 100
MOST_AT_ONCE = 100
AFTER = OpenApiParameter("after", int, description="`next` of the page before.")
SCOPES = {
    "GET": Scope.PRODUCTS_READ,
    "PUT": Scope.PRODUCTS_WRITE,
    "POST": Scope.PRODUCTS_WRITE,
    "DELETE": Scope.PRODUCTS_WRITE,
}


class PieceCannotBe(ValidationError):
    """What was understood and still is wrong, field by field."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY


def _words(most: int) -> Any:
    return serializers.CharField(required=False, allow_blank=True, max_length=most)


def _count() -> Any:
    return serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=BIGGEST
    )


def _measure() -> Any:
    return serializers.DecimalField(
        max_digits=6, decimal_places=1, required=False, allow_null=True
    )


class PieceInput(Strict):
    """All fields may be left out: what isn't said stays as it is."""

    class Tier(Strict):
        from_quantity = serializers.IntegerField(min_value=2, max_value=BIGGEST)
        wholesale_minor = serializers.IntegerField(min_value=1, max_value=BIGGEST)

    product = _words(40)
    mineral = _words(20)
    form = _words(20)
    treatment = _words(20)
    colour = _words(30)
    motif = _words(20)
    metal = _words(20)
    origin = _words(2)
    size = _words(60)
    bead_mm = _measure()
    wrist_mm = _measure()
    length_mm = _measure()
    width_mm = _measure()
    height_mm = _measure()
    diameter_mm = _measure()
    weight_g = serializers.DecimalField(
        max_digits=9, decimal_places=2, required=False, allow_null=True
    )
    wholesale_minor = _count()
    min_quantity = _count()
    tiers = serializers.ListField(child=Tier(), required=False, max_length=20)
    suggested_retail_minor = _count()
    least_retail_minor = _count()
    is_one_off = serializers.BooleanField(required=False, allow_null=True)
    on_hand = _count()
    alarm_at = _count()
    hs_code = _words(10)
    titles = serializers.DictField(
        child=serializers.CharField(max_length=200), required=False
    )
    story = _words(4000)


class OwnProductOutput(serializers.Serializer[Any]):
    class Customs(serializers.Serializer[Any]):
        hs_code = serializers.CharField()
        is_confirmed = serializers.BooleanField()

    sku = serializers.CharField()
    state = serializers.ChoiceField(choices=["DRAFT", "LISTED", "WITHDRAWN"])
    changed_at = serializers.DateTimeField()
    customs = Customs()
    titles = serializers.DictField(child=serializers.CharField())
    piece = PieceInput()


class OutcomeOutput(serializers.Serializer[Any]):
    """What became of one piece; `note` says what a person still has to do."""

    class ProblemOutput(serializers.Serializer[Any]):
        field = serializers.CharField()
        code = serializers.CharField()
        sentence = serializers.CharField()

    sku = serializers.CharField()
    outcome = serializers.ChoiceField(
        choices=["created", "changed", "unchanged", "refused"]
    )
    state = serializers.ChoiceField(choices=["DRAFT", "LISTED", "WITHDRAWN", ""])
    problems = ProblemOutput(many=True)
    note = serializers.CharField()


class OwnProducts(MerchantDoor):
    """GET merchant/products: pieces by the order they came; POST: up to 100 at once."""

    scopes: ClassVar[Mapping[str, str]] = SCOPES

    class Page(serializers.Serializer[Any]):
        results = OwnProductOutput(many=True)
        next = serializers.IntegerField(allow_null=True)

    class Input(Strict):
        products = serializers.ListField(
            child=serializers.DictField(), min_length=1, max_length=MOST_AT_ONCE
        )

    class Output(serializers.Serializer[Any]):
        results = OutcomeOutput(many=True)

    @extend_schema(
        operation_id="list_own_products",
        responses=Page,
        parameters=[
            AFTER,
            OpenApiParameter(
                "changed_since",
                OpenApiTypes.DATETIME,
                description="Only what was saved at or after this moment.",
            ),
        ],
    )
    def get(self, request: Request) -> Response:
        found = shapes.variants(self.merchant_id)
        if since := request.query_params.get("changed_since"):
            found = found.filter(product__changed_at__gte=_moment(since))
        page = list(found.filter(pk__gt=page_begin(request)).order_by("pk")[: PAGE + 1])
        more = len(page) > PAGE
        return Response(
            {
                "results": [shapes.product_facts(one) for one in page[:PAGE]],
                "next": page[PAGE - 1].pk if more else None,
            }
        )

    @extend_schema(request=Input, responses=Output, parameters=[idempotency.PARAMETER])
    def post(self, request: Request) -> Response:
        said = read(self.Input, request.data)["products"]

        def act() -> dict[str, Any]:
            return {"results": save_each(said, self.saver)}

        return self.once(request, act)


class OwnProduct(MerchantDoor):
    """GET, PUT (create or change), DELETE (withdraw) merchant/products/{sku}."""

    scopes: ClassVar[Mapping[str, str]] = SCOPES

    @extend_schema(responses=OwnProductOutput)
    def get(self, request: Request, sku: str) -> Response:
        found = shapes.variants(self.merchant_id)
        return Response(shapes.product_facts(get_object_or_404(found.by_sku(sku))))

    @extend_schema(
        request=PieceInput,
        responses=OutcomeOutput,
        parameters=[idempotency.PARAMETER],
    )
    def put(self, request: Request, sku: str) -> Response:
        piece = shapes.piece_from(sku, read(PieceInput, request.data))

        def act() -> dict[str, Any]:
            (saved,) = saving.save([piece], self.saver, all_or_nothing=False)
            if saved.variant_id is None:
                raise PieceCannotBe(_by_field(saved.problems))
            return _outcomes([saved], self.saver)[0]

        return self.once(request, act)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, sku: str) -> Response:
        get_object_or_404(shapes.variants(self.merchant_id).by_sku(sku))
        saving.withdraw([sku], self.saver)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _moment(text: str) -> Any:
    try:
        return serializers.DateTimeField().run_validation(text)
    except ValidationError as refusal:
        raise ValidationError({"changed_since": refusal.detail}) from refusal


def save_each(
    said: Sequence[Mapping[str, Any]], saver: saving.Saver
) -> list[dict[str, Any]]:
    """Save what can be saved, and say of each piece what became of it, in order."""
    answers: dict[int, dict[str, Any]] = {}
    pieces: dict[int, Piece] = {}
    seen: set[str] = set()
    for place, body in enumerate(said):
        sku = str(body.get("sku", ""))
        facts = {name: value for name, value in body.items() if name != "sku"}
        try:
            if alike(sku) in seen:
                words = _("This SKU stands above already. Send each one once.")
                raise ValidationError({"sku": [words]})
            pieces[place] = shapes.piece_from(sku, read(PieceInput, facts))
        except ValidationError as refusal:
            answers[place] = _refused(sku, _flat(refusal.detail))
        seen.add(alike(sku))
    saved = saving.save(list(pieces.values()), saver, all_or_nothing=False)
    answers |= dict(zip(pieces, _outcomes(saved, saver), strict=True))
    return [answers[place] for place in range(len(said))]


def _outcomes(
    saved: Sequence[saving.Saved], saver: saving.Saver
) -> list[dict[str, Any]]:
    ids = [one.variant_id for one in saved]
    stands = shapes.variants(saver.merchant_id).in_bulk([pk for pk in ids if pk])
    return [
        _outcome(one, shapes.product_facts(stands[one.variant_id]))
        if one.variant_id
        else _refused(one.sku, map(_shown, one.problems))
        for one in saved
    ]


def _outcome(saved: saving.Saved, facts: Mapping[str, Any]) -> dict[str, Any]:
    done = "created" if saved.created else "changed" if saved.changed else "unchanged"
    return {
        "sku": saved.sku,
        "outcome": done,
        "state": facts["state"],
        "problems": [_shown(problem) for problem in saved.problems],
        "note": _note(facts),
    }


def _note(facts: Mapping[str, Any]) -> str:
    if facts["state"] != "DRAFT" or facts["customs"]["is_confirmed"]:
        return ""
    if code := facts["customs"]["hs_code"]:
        words = _(
            "A draft until a person confirms customs code %(code)s in the workspace, "
            "or you send it as hs_code."
        )
        return words % {"code": code}
    return _("A draft: its facts give no customs code yet.")


def _refused(sku: str, problems: Iterable[dict[str, str]]) -> dict[str, Any]:
    return {
        "sku": sku,
        "outcome": "refused",
        "state": "",
        "problems": list(problems),
        "note": "",
    }


def _shown(problem: Problem) -> dict[str, str]:
    return {
        "field": problem.field,
        "code": problem.code,
        "sentence": str(problem.sentence),
    }


def _by_field(problems: Iterable[Problem]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for problem in problems:
        found.setdefault(problem.field, []).append(str(problem.sentence))
    return found


def _flat(detail: Any, field: str = "") -> list[dict[str, str]]:
    """What a serializer found wrong, as problems of one level."""
    if isinstance(detail, Mapping):
        found = [_flat(inner, f"{field}.{name}") for name, inner in detail.items()]
        return [one for many in found for one in many]
    if isinstance(detail, list) and any(isinstance(x, Mapping) for x in detail):
        found = [_flat(inner, f"{field}.{n}") for n, inner in enumerate(detail)]
        return [one for many in found for one in many]
    lines = detail if isinstance(detail, list) else [detail]
    return [
        {"field": field.strip("."), "code": line.code, "sentence": str(line)}
        for line in lines
    ]
