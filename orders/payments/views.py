"""The sandbox provider's own page: what a buyer would see at a real provider's."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from orders.payments import sandbox
from orders.payments.models import SandboxCharge


@require_http_methods(["GET", "POST"])
def sandbox_payment(request: HttpRequest, reference: str) -> HttpResponse:
    """Approve or decline, then back to the shop."""
    charge = get_object_or_404(SandboxCharge, reference=reference)
    if request.method == "POST":
        sandbox.decide(
            reference=reference, approve=request.POST.get("decision") == "approve"
        )
        return HttpResponseRedirect(charge.return_url or settings.SITE_URL)
    return render(request, "orders/sandbox_payment.html", {"charge": charge})
