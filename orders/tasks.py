"""All background jobs of orders/, one per step name. Each is one call into a folder."""

from donghai import steps
from donghai.steps.models import Step
from livestream.sessions import linking
from orders.checkout.models import OrderLine
from orders.customs import services as customs
from orders.payments import sandbox
from orders.payments import services as payments
from orders.settlement import services as settlement
from orders.shipping import services as shipping

OUTSIDE = steps.Lane.OUTSIDE

steps.job("orders.refund_payment", lane=OUTSIDE)(payments.refund_payment)
steps.job(sandbox.NOTIFY, lane=OUTSIDE)(sandbox.send_notice)

steps.job("orders.pack_order")(shipping.pack_order)
steps.job("orders.close_parcel")(shipping.close_parcel)
steps.job("orders.hand_over", lane=OUTSIDE)(shipping.hand_over)
steps.job("orders.track", lane=OUTSIDE)(shipping.track)

steps.job("orders.declare_order", lane=OUTSIDE)(customs.send_order)
steps.job("orders.declare_waybill", lane=OUTSIDE)(customs.send_waybill)
steps.job("orders.declare_list", lane=OUTSIDE)(customs.send_list)

steps.job("orders.book_payment")(settlement.book_payment)
steps.job("orders.clear_funds")(settlement.clear_funds)
steps.job("orders.convert_funds", lane=OUTSIDE)(settlement.convert_funds)
steps.job("orders.make_payable")(settlement.make_payable)
steps.job("orders.book_refund", lane=OUTSIDE)(settlement.book_refund)


@steps.job("orders.tell_room")
def tell_room(step: Step) -> None:
    """Say in each room which claims an order paid."""
    lines = OrderLine.objects.filter(order_id=step.subject_id).select_related("claim")
    with steps.finishing(step):
        for line in lines.order_by("session_id", "pk"):
            linking.note_sale(
                session_id=line.session_id,
                listing_id=line.claim.listing_id,
                place=line.claim.place,
                name=line.claim.name,
                units=line.quantity,
            )
