"""Which piece somebody holds in hand: by the QR on its bag, its code or its SKU."""

from django.utils.translation import gettext_lazy as _

from catalog.products.models import Variant
from catalog.products.skus import plain
from catalog.stocktaking.codes import variant_of, variant_scanned
from donghai.errors import Refused


class UnknownCode(Refused):
    code = "unknown_code"
    title = _("We know no such code or SKU. Look for the SKU on the bag and type it.")
    status = 404


class OtherStall(Refused):
    code = "other_stall"
    title = _("This piece belongs to another stall. Put it aside.")
    status = 404


def find(*, merchant_id: int, text: str) -> Variant:
    """The merchant's variant of a scanned address, a typed code or a SKU.

    Refuses with OtherStall and UnknownCode.
    """
    rows = Variant.objects.select_related("product", "stock")
    typed = plain(text)
    own = rows.filter(merchant=merchant_id).by_sku(typed).first()
    if own is not None:
        return own
    number = variant_scanned(typed) or variant_of(typed)
    found = rows.filter(pk=number).first() if number else None
    if found is None:
        raise UnknownCode()
    if found.merchant_id != merchant_id:
        raise OtherStall()
    return found
