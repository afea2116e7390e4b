"""What a host keeps for later sessions: put in, take out, add whole, drop.

An assistant adds what is kept to the session they share; the lists stay the host's.
"""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.models import Variant
from donghai.errors import Refused
from donghai.paging import whole_number
from hosts.models import Host
from livestream.collections import services as collections
from livestream.models import Collection, LiveSession
from livestream.sessions import linking
from livestream.views import market
from livestream.views.access import for_desk, for_hosts, own_session


@for_hosts
@require_POST
def collect(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """Put a variant into one of the host's collections, a new one by its name."""
    session = own_session(host, session_id)
    variant = get_object_or_404(
        Variant.objects.for_sale(), pk=whole_number(request.POST.get("variant", ""))
    )
    name = request.POST.get("name", "").strip() or request.POST.get("collection", "")
    kept = collections.keep(host=host, name=name, variant_id=variant.pk)
    messages.success(
        request,
        _("%(sku)s is in “%(name)s”.") % {"sku": variant.sku, "name": kept.name},
    )
    return redirect(market.back_to(request, session.pk))


@for_hosts
@require_POST
def drop(
    request: HttpRequest, host: Host, session_id: int, collection_id: int
) -> HttpResponse:
    """Forget a collection."""
    session = own_session(host, session_id)
    found = get_object_or_404(Collection, pk=collection_id, host=host)
    collections.drop(found)
    messages.success(request, _("“%(name)s” is gone.") % {"name": found.name})
    return redirect("livestream:pieces", session.pk)


@for_desk
@require_POST
def link_all(
    request: HttpRequest, host: Host, session_id: int, collection_id: int
) -> HttpResponse:
    """Add all of a collection to the session."""
    session = own_session(host, session_id)
    found = get_object_or_404(Collection, pk=collection_id, host=host)
    variants = collections.variants_of(found)
    added, refused = _link_all(session, variants)
    if added:
        words = _("%(added)s pieces are in your session.") % {"added": added}
        messages.success(request, words)
    elif not variants:
        messages.warning(request, _("None of its pieces is for sale now."))
    elif not refused:
        messages.info(request, _("All are in already."))
    for sentence in refused[:5]:
        messages.warning(request, sentence)
    return redirect("livestream:pieces", session.pk)


@for_hosts
@require_POST
def take_out(
    request: HttpRequest,
    host: Host,
    session_id: int,
    collection_id: int,
    variant_id: int,
) -> HttpResponse:
    """Take one piece out of a collection of hers."""
    session = own_session(host, session_id)
    found = get_object_or_404(Collection, pk=collection_id, host=host)
    variant = get_object_or_404(Variant, pk=variant_id)
    collections.take_out(collection=found, variant_id=variant.pk)
    facts = {"sku": variant.sku, "name": found.name}
    messages.success(request, _("%(sku)s is out of “%(name)s”.") % facts)
    return redirect(market.back_to(request, session.pk))


def _link_all(
    session: LiveSession, variants: Iterable[Variant]
) -> tuple[int, list[str]]:
    """Link each at a fair price, but for those that are in already."""
    counter, added, refused = market.Counter.of(session), 0, []
    for variant in variants:
        row = counter.row(variant)
        if row.linked:
            continue
        if row.retail is None or row.shares is None:
            refused.append(f"{variant.sku}: {row.refusal}")
            continue
        try:
            linking.link_variant(
                host=session.host,
                session_id=session.pk,
                variant_id=variant.pk,
                retail=row.retail,
            )
        except Refused as refusal:
            refused.append(f"{variant.sku}: {refusal}")
        else:
            added += 1
    return added, refused
