"""A session's crew: who helps, the link that brings them, the room's words."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from donghai.errors import Refused
from hosts.models import Language
from livestream.chat import reading, words
from livestream.chat.moderation import SLOW
from livestream.crew import services
from livestream.crew.models import INVITED, CrewMember
from livestream.crew.services import Seat
from livestream.models import ChatWord, ModerationAct
from livestream.views.access import for_chat

CHAT_SHOWN = 80
ACTS_SHOWN = 100


class InviteForm(forms.Form):
    """Somebody with an account, by its address."""

    email = forms.EmailField(label=gettext_lazy("E-mail of their account"))
    role = forms.ChoiceField(label=gettext_lazy("As"), choices=INVITED)


class WordForm(forms.Form):
    """A word that a host has watched in her sessions."""

    word = forms.CharField(label=gettext_lazy("Word or phrase"), max_length=60)
    language = forms.ChoiceField(
        label=gettext_lazy("In sessions in"),
        choices=[("", gettext_lazy("any language")), *Language.choices],
        required=False,
    )
    act = forms.ChoiceField(
        label=gettext_lazy("What happens"), choices=ChatWord.Act.choices
    )


@for_chat
def chat(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The room's chat on a page of its own: a moderator's whole desk."""
    session = seat.session
    return render(
        request,
        "livestream/chat.html",
        {
            "here": "account",
            "session": session,
            "seat": seat,
            "chat": reading.last_lines(session, CHAT_SHOWN),
            "slow_choices": SLOW,
            "last_number": session.log.last_number,
            "events_url": reverse("livestream:events", args=[session.pk]),
        },
    )


@for_chat
def crew(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Who helps; for host and assistants also how somebody comes to help."""
    return _crew_page(request, seat, InviteForm())


@for_chat
@require_POST
def act(request: HttpRequest, seat: Seat, act: str) -> HttpResponse:
    """Add somebody, make a link, take all links back, remove somebody."""
    if not seat.runs_desk:
        return redirect("livestream:crew", seat.session.pk)
    if act == "add":
        return _add(request, seat)
    if act == "link":
        role = request.POST.get("role", "")
        if role in dict(INVITED):
            link = services.make_link(seat=seat, role=role)
            address = reverse("livestream:join-crew", args=[link])
            made = request.build_absolute_uri(address)
            return _crew_page(request, seat, InviteForm(), link=made)
    elif act == "withdraw":
        services.withdraw_links(seat=seat)
        messages.success(request, _("No link that waited works any more."))
    return redirect("livestream:crew", seat.session.pk)


@for_chat
@require_POST
def remove(request: HttpRequest, seat: Seat, crew_id: int) -> HttpResponse:
    """Let somebody help no more."""
    if seat.runs_desk and services.remove(seat=seat, member_id=crew_id):
        messages.success(request, _("Removed. They are out at their next tap."))
    return redirect("livestream:crew", seat.session.pk)


@login_required
def join(request: HttpRequest, token: str) -> HttpResponse:
    """What a link leads to: whom one would help, and the button to do so."""
    asked = services.read_link(token)
    if request.method == "POST":
        services.join(link=token, user=request.user)
        return redirect("livestream:helping")
    return render(
        request, "livestream/join_crew.html", {"here": "account", "asked": asked}
    )


@login_required
def helping(request: HttpRequest) -> HttpResponse:
    """The sessions a person helps in now, or did lately."""
    seats = CrewMember.objects.reading().filter(user=request.user.pk)
    seats = seats.select_related("session__host", "session__market")
    return render(
        request,
        "livestream/helping.html",
        {"here": "account", "seats": seats.order_by("-session__starts_at")},
    )


@for_chat
def watched_words(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The house's words and the host's own; she and her assistants change those."""
    host, session = seat.session.host, seat.session
    form = WordForm(request.POST or None, initial={"language": session.language})
    if request.method == "POST" and seat.runs_desk and form.is_valid():
        try:
            added = services.noted(
                seat=seat,
                act="watch-word",
                details=form.cleaned_data,
                do=lambda: words.add(host=host, **form.cleaned_data),
            )
        except Refused as refusal:
            form.add_error("word", str(refusal))
        else:
            messages.success(
                request, _("“%(word)s” is watched.") % {"word": added.word}
            )
            return redirect("livestream:chat-words", session.pk)
    rows = ChatWord.objects.filter(language__in=("", session.language))
    return render(
        request,
        "livestream/chat_words.html",
        {
            "here": "account",
            "session": session,
            "seat": seat,
            "form": form,
            "own": host.chat_words.order_by("word"),
            "house": rows.filter(host=None).order_by("-act", "kind", "word"),
        },
    )


@for_chat
@require_POST
def drop_word(request: HttpRequest, seat: Seat, word_id: int) -> HttpResponse:
    """Watch a word of the host's no more."""
    if seat.runs_desk:
        services.noted(
            seat=seat,
            act="drop-word",
            details={"word": word_id},
            do=lambda: words.drop(host=seat.session.host, word_id=word_id),
        )
    return redirect("livestream:chat-words", seat.session.pk)


@for_chat
def export(request: HttpRequest, seat: Seat, what: str) -> HttpResponse:
    """Chat or acts as CSV, with a mark by which a spreadsheet knows its letters."""
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    name = f"{what}-{seat.session.pk}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    write: Any = {"chat": reading.write_lines, "acts": reading.write_acts}[what]
    write(seat.session, answer)
    return answer


def _add(request: HttpRequest, seat: Seat) -> HttpResponse:
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            member = services.add(seat=seat, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("%(name)s helps now.") % {"name": member.name})
            return redirect("livestream:crew", seat.session.pk)
    return _crew_page(request, seat, form)


def _crew_page(
    request: HttpRequest, seat: Seat, form: InviteForm, link: str = ""
) -> HttpResponse:
    session = seat.session
    waiting = session.crew_invitations.filter(used_at=None, withdrawn_at=None)
    acts = ModerationAct.objects.filter(session=session).select_related("by")
    return render(
        request,
        "livestream/crew.html",
        {
            "here": "account",
            "session": session,
            "seat": seat,
            "form": form,
            "link": link,
            "roles": INVITED,
            "members": session.crew.standing().select_related("user").order_by("pk"),
            "waiting": waiting.count(),
            "is_open": session.state in services.OPEN,
            "acts": acts.order_by("-pk")[:ACTS_SHOWN],
        },
    )
