"""What is listed, in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.admin.photos import Photos
from catalog.admin.words import NamedFilter, named
from catalog.products import checking
from catalog.products.models import Product, Variant
from donghai.admin.steps import describe
from donghai.backoffice.columns import (
    column,
    itself,
    link,
    money,
    number,
    state,
)
from donghai.backoffice.duties import CLERKS
from donghai.backoffice.pages import Page, Part, WholeRow
from donghai.backoffice.site import Group

describe(Product, draw_picture=gettext_lazy("draw a demo piece's picture"))

TITLE = column("product", gettext_lazy("product"))
OF_MERCHANT = link("merchant", gettext_lazy("merchant"), order="merchant")
WHOLESALE = money("wholesale", gettext_lazy("wholesale price"))
FACTS = (
    named("mineral", gettext_lazy("mineral")),
    named("form", gettext_lazy("form")),
    "treatment",
    named("origin", gettext_lazy("country of origin")),
    named("colour", gettext_lazy("colour")),
)
CUSTOMS = ("hs_code", "customs_name", "customs_elements")
COUNTS = (
    number("stock.on_hand", gettext_lazy("on hand"), order="stock__on_hand"),
    number("stock.allocated", gettext_lazy("sold"), order="stock__allocated"),
    number("stock.reserved", gettext_lazy("held"), order="stock__reserved"),
    number("stock.free", gettext_lazy("free")),
)


def variants_called(sku: str) -> QuerySet[Variant]:
    """Variants of the product at hand whose SKU begins so."""
    return Variant.objects.filter(product=OuterRef("pk"), sku__istartswith=sku)


class ProductForm(WholeRow):
    """What customs is told, checked as the editor checks it."""

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.has_changed():
            return said
        facts = {name: said.get(name, "") for name in CUSTOMS}
        product, code = self.instance, facts["hs_code"]
        for problem in (
            *checking.of_code(code, product),
            *checking.of_customs_name(facts["customs_name"], product.treatment),
            *checking.of_customs_elements(facts["customs_elements"], code, product),
        ):
            self.add_error(problem.field, str(problem.sentence))
        if said.get("state") == Product.State.LISTED:
            for name in (name for name in CUSTOMS if said.get(name) == ""):
                self.add_error(name, _("Say this: nothing is listed without it."))
            self._listed_whole()
        return said

    def _listed_whole(self) -> None:
        """The facts that this page only shows are there, too."""
        product = self.instance
        unsaid = [name for name in checking.NEEDED if not getattr(product, name)]
        if unsaid:
            names = (product._meta.get_field(name).verbose_name for name in unsaid)
            words = _("Its merchant must say this first, in the editor: %(facts)s.")
            self.add_error("state", words % {"facts": ", ".join(map(str, names))})


class Variants(Part):
    model = Variant
    shown = (itself("SKU"), "size", "weight_g", WHOLESALE, *COUNTS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        return super().get_queryset(request).select_related("stock", "product")


@admin.register(Product)
class ProductPage(Page):
    """Merchants list pieces; clerks set right what customs is told about them."""

    group = Group.MARKET
    kept_by = CLERKS
    form = ProductForm
    fields: ClassVar[Any] = (
        *("picture_shown", "titles_shown", OF_MERCHANT, "state"),
        *FACTS,
        *(*CUSTOMS, "created_at"),
    )
    readonly_fields: ClassVar[Any] = (
        *("picture_shown", "titles_shown", OF_MERCHANT),
        *FACTS,
        "created_at",
    )
    inlines = (Variants, Photos)
    list_display = (
        "picture_shown",
        "__str__",
        OF_MERCHANT,
        *FACTS[:2],
        "hs_code",
        number("kinds", gettext_lazy("variants")),
        state("state", gettext_lazy("state")),
    )
    list_display_links = ("picture_shown", "__str__")
    list_select_related = ("merchant",)
    list_filter = (
        "state",
        ("mineral", NamedFilter),
        ("form", NamedFilter),
        "treatment",
    )
    search_fields = ("titles_text",)
    search_help_text = gettext_lazy("Title, SKU or merchant")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        return super().get_queryset(request).annotate(kinds=Count("variants"))

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        for word in search_term.split()[:6]:
            queryset = queryset.filter(
                Q(titles_text__icontains=word)
                | Exists(variants_called(word))
                | Q(merchant__name__icontains=word)
                | Q(merchant__name_zh__icontains=word)
            )
        return queryset, False

    @admin.display(description=gettext_lazy("picture"))
    def picture_shown(self, product: Product) -> SafeString | str:
        if not product.picture:
            return "-"
        return format_html('<img class="thumb" src="{}" alt="">', product.picture.url)

    @admin.display(description=gettext_lazy("titles by language"))
    def titles_shown(self, product: Product) -> str:
        return " · ".join(f"{code}: {said}" for code, said in product.titles.items())
