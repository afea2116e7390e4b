"""The steps of a sale in words."""

from django.utils.translation import gettext_lazy as _

from donghai.admin.steps import describe
from orders.checkout.models import Order
from orders.payments.models import Refund, SandboxCharge
from orders.shipping.models import Parcel

describe(
    Order,
    pack_order=_("put it into the parcel of the night"),
    book_payment=_("book the payment and the shares"),
    tell_room=_("tell the room that it is paid"),
    clear_funds=_("book the money's arrival at the bank"),
    convert_funds=_("turn the money into yuan"),
)
describe(
    Parcel,
    close_parcel=_("close and pack the parcel"),
    declare_order=_("send the order to customs (303)"),
    declare_waybill=_("send the waybill to customs (505)"),
    declare_list=_("send the export list to customs (603)"),
    hand_over=_("hand it to the carrier"),
    track=_("ask the carrier where it is"),
    make_payable=_("make the shares fall due"),
)
describe(
    Refund,
    refund_payment=_("send the money back"),
    book_refund=_("book the refund"),
)
describe(SandboxCharge, send_sandbox_notice=_("sandbox: tell us of a payment"))
