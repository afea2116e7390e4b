"""What became of a session: for its host, as a page and as a file."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from catalog.sheets.writing import CSV_TYPE, csv_lines
from donghai.templatetags.charts import Bar
from donghai.templatetags.pages import grouped
from hosts.models import Host
from livestream.models import LiveSession
from livestream.views.access import for_hosts, own_session
from orders.checkout import numbers
from orders.checkout.numbers import Piece

QUESTIONS = 200  # of one evening


@for_hosts
def report(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """A session's report; of one on air, what there is so far."""
    session = own_session(host, session_id)
    so_far = numbers.so_far(session)
    minutes = [row[0] for row in so_far.rows]
    return render(
        request,
        "orders/report.html",
        {
            "here": "account",
            "session": session,
            "numbers": so_far,
            "pieces": numbers.pieces(session),
            "questions": session.lines.unanswered()[:QUESTIONS],
            "viewers": [
                Bar(_("minute %(minute)s") % {"minute": at}, n, grouped(n), str(at))
                for at, n in zip(minutes, so_far.viewers, strict=True)
            ],
        },
    )


@for_hosts
def report_file(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """The same as CSV: the pieces, then the minutes."""
    session = own_session(host, session_id)
    answer: Any = StreamingHttpResponse(
        csv_lines(list(_lines(session))), content_type=CSV_TYPE
    )
    answer["Content-Disposition"] = f'attachment; filename="session-{session.pk}.csv"'
    return answer


def _lines(session: LiveSession) -> Iterator[list[Any]]:
    so_far = numbers.so_far(session)
    yield [
        *(_("SKU"), _("piece"), _("price"), _("times shown"), _("minutes shown")),
        *(_("claims"), _("pieces claimed"), _("pieces paid")),
        _("paid in %(currency)s") % {"currency": session.currency},
        _("your share in yuan"),
    ]
    for piece in numbers.pieces(session):
        yield _piece_line(piece)
    yield []
    yield [_("from minute"), _("viewers"), _("claims"), _("orders paid")]
    yield from (list(row) for row in so_far.rows)
    yield []
    yield [_("question not answered"), _("asked by"), _("at")]
    for line in session.lines.unanswered()[:QUESTIONS]:
        yield [line.text, line.name, line.said_at.isoformat(timespec="seconds")]


def _piece_line(piece: Piece) -> list[Any]:
    listing = piece.listing
    minute = timedelta(minutes=1)
    return [
        listing.variant.sku,
        str(listing.variant.product),
        f"{listing.retail.amount:f}",
        piece.times_shown,
        f"{piece.shown / minute:.1f}",
        *(piece.claims, piece.claimed, piece.paid),
        *(f"{piece.takings.amount:f}", f"{piece.share.amount:f}"),
    ]
