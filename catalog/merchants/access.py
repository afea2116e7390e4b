"""Who gets in: members of the merchant whose number stands in the address.

A page that names a merchant somebody does not act for is not there for them: 404.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from catalog.merchants.models import Merchant, MerchantMember

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Merchant, P], HttpResponse]
Door = Callable[Concatenate[HttpRequest, int, P], HttpResponse]


def for_members(view: View[P]) -> Door[P]:
    """A page under /stall/<merchant_id>/; the view gets the merchant."""

    @login_required
    @wraps(view)
    def only_members(
        request: HttpRequest, merchant_id: int, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        user_id: Any = request.user.pk
        members = MerchantMember.objects.filter(user=user_id, merchant=merchant_id)
        member = members.select_related("merchant").first()
        if member is None:
            raise Http404
        return view(request, member.merchant, *args, **kwargs)

    return only_members
