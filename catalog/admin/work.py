"""What the steps of catalog/ do, in words, for kinds of rows without a page here."""

from django.utils.translation import gettext_lazy

from catalog.connections.models import WebhookEndpoint, WebhookMessage
from catalog.glossary.models import Term
from catalog.merchants.models import Merchant
from catalog.products.models import Product
from catalog.sheets.models import SheetImport
from donghai.admin.steps import describe

describe(Term, recompose=gettext_lazy("compose the titles that use a word anew"))
describe(Product, translate_story=gettext_lazy("translate a merchant's own words"))
describe(Merchant, tell_low_stock=gettext_lazy("mail what runs low"))
describe(WebhookMessage, deliver_webhook=gettext_lazy("tell a merchant's system"))
describe(
    WebhookEndpoint,
    tell_webhook_off=gettext_lazy("mail that an endpoint was switched off"),
)
describe(
    SheetImport,
    read_sheet=gettext_lazy("read a sheet"),
    check_sheet=gettext_lazy("check a sheet's rows"),
    apply_sheet=gettext_lazy("take a sheet over"),
    undo_sheet=gettext_lazy("take a sheet back"),
)
