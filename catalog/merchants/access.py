"""Who gets in: members of the merchant whose number stands in the address.

A page that names a merchant somebody does not act for is not there for them: 404.
"""

from collections.abc import Callable, Collection
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from catalog.merchants.models import Merchant, MerchantMember
from donghai.errors import Refused

P = ParamSpec("P")
Role = MerchantMember.Role
View = Callable[Concatenate[HttpRequest, Merchant, P], HttpResponseBase]
Door = Callable[Concatenate[HttpRequest, int, P], HttpResponseBase]


class NotApproved(Refused):
    code = "merchant_not_approved"
    title = _("%(reason)s")
    status = 403


REASONS = {
    Merchant.State.APPLIED: _(
        "Your application is being read. You can do this once it is approved."
    ),
    Merchant.State.REFUSED: _("Something is missing from your application. Mend it."),
    Merchant.State.SUSPENDED: _(
        "The centre has stopped your sales for now. Call its desk."
    ),
}


def require_approved(merchant: Merchant) -> None:
    """Raise NotApproved unless the merchant may act towards others today.

    That is to invite people and to connect systems. She may prepare her products at any
    time: `Product.objects.listed` and search show those of approved merchants alone.
    """
    if merchant.state != Merchant.State.APPROVED:
        raise NotApproved(reason=REASONS[Merchant.State(merchant.state)])


def for_members(view: View[P], roles: Collection[str] = tuple(Role)) -> Door[P]:
    """A page under /stall/<merchant_id>/; the view gets the merchant.

    Membership is read at each request, so that who was removed is out at once.
    `request.member` tells the page what the person may do.
    """

    @login_required
    @wraps(view)
    def only_members(
        request: HttpRequest, merchant_id: int, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        members: Any = MerchantMember.objects.of(request.user.pk)
        member = members.filter(merchant=merchant_id).first()
        if member is None:
            raise Http404
        if member.role not in roles:
            raise PermissionDenied
        request.member = member  # type: ignore[attr-defined]
        return view(request, member.merchant, *args, **kwargs)

    return only_members


for_owners = partial(for_members, roles=(Role.OWNER,))
