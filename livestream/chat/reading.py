"""What pages show of a room's chat: last lines, what waits for the crew, the log."""

import csv
import re
from collections.abc import Iterator
from typing import IO, Any

from django.db.models import F
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from livestream.chat.models import ChatBan, ChatLine, ChatMute
from livestream.chat.services import slow_seconds
from livestream.crew.models import ModerationAct, Role
from livestream.sessions.models import LiveSession

LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
MOST_SHOWN = 200


def last_lines(session: LiveSession, most: int) -> list[ChatLine]:
    """The newest lines that everybody may see, the oldest of them first."""
    lines = ChatLine.objects.said().filter(session=session).select_related("answers")
    return list(lines.order_by("-number")[:most])[::-1]


def shown(line: ChatLine) -> SafeString:
    """A line's words; only in those of host, crew and centre addresses are links."""
    if line.role == Role.VIEWER:
        return conditional_escape(line.text)
    parts, end = [], 0
    for found in LINK.finditer(line.text):
        parts.append(conditional_escape(line.text[end : found.start()]))
        parts.append(
            format_html(
                '<a href="{0}" rel="nofollow noopener" target="_blank">{0}</a>',
                found[0],
            )
        )
        end = found.end()
    parts.append(conditional_escape(line.text[end:]))
    return mark_safe("".join(parts))  # of escaped parts


def waiting(session: LiveSession) -> dict[str, Any]:
    """What the crew should look at: held lines, open questions, who may not write."""
    lines = session.lines.order_by("pk")
    mutes = ChatMute.objects.standing(timezone.now()).filter(session=session)
    bans = ChatBan.objects.standing().filter(host=session.host)
    here = session.lines.filter(role=Role.VIEWER)
    quiet = set(mutes.values_list("viewer", flat=True))
    banned = set(bans.values_list("viewer", flat=True))
    silenced = here.filter(viewer__in=quiet | banned).order_by("viewer", "-pk")
    acts = ModerationAct.objects.filter(session=session, act="delete")
    texts = dict(acts.order_by("pk").values_list("number", "details__text"))
    gone = lines.filter(state=ChatLine.State.DELETED).order_by("-pk")[:20]
    return {
        "slow": slow_seconds(session.pk),
        "held": list(lines.held()[:MOST_SHOWN]),
        "questions": list(lines.unanswered().order_by("-pk")[:50]),
        "deleted": [
            {"id": line.pk, "name": line.name, "text": texts[line.number]}
            for line in gone
        ],
        "silenced": [
            {
                "id": line.pk,
                "name": line.name,
                "muted": line.viewer in quiet,
                "banned": line.viewer in banned,
            }
            for line in silenced.distinct("viewer")
        ],
    }


def write_lines(session: LiveSession, file: IO[str]) -> None:
    """All lines of a session as CSV, those nobody saw with their state."""
    sheet = csv.writer(file)
    sheet.writerow(
        ["at", "number", "state", "name", "role", "text", "question", "answered_at"]
    )
    rows = session.lines.order_by("said_at", "pk").values_list(
        *("said_at", "number", "state", "name", "role", "text"),
        *("is_question", "answered_at"),
    )
    _write(sheet, rows.iterator(500))


def write_acts(session: LiveSession, file: IO[str]) -> None:
    """Who did what in a session, as CSV."""
    sheet = csv.writer(file)
    sheet.writerow(["at", "by", "role", "act", "line", "about", "reason"])
    acts = ModerationAct.objects.filter(session=session).order_by("at", "pk")
    rows = acts.annotate(about=F("details__name")).values_list(
        *("at", "by__name", "role", "act", "number", "about", "reason")
    )
    _write(sheet, rows.iterator(500))


def _write(sheet: Any, rows: Iterator[tuple[Any, ...]]) -> None:
    for row in rows:
        sheet.writerow([_cell(value) for value in row])


def _cell(value: Any) -> str:
    """As text that a spreadsheet only shows."""
    if value is None:
        return ""
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
