"""Reminders for people without an account: of a host, or of one session."""

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from donghai.templatetags.pages import viewer_zone
from hosts.models import Host
from livestream.models import Follow, LiveSession, Subscriber
from livestream.room import viewers
from livestream.schedule import following, push
from livestream.schedule.following import Reader, Wish

COOKIE = "reminders"  # which subscribers this browser is
YEAR = 365 * 24 * 3600
MOST_KEPT = 8

_signer = Signer(salt="reminders")


class MailForm(forms.Form):
    """A mailbox to remind."""

    email = forms.EmailField(
        label=gettext_lazy("Your e-mail"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
    )


class DeviceForm(forms.Form):
    """A browser's PushSubscription."""

    endpoint = forms.CharField(max_length=1000)
    public_key = forms.CharField(max_length=100)
    shared_secret = forms.CharField(max_length=40)


@never_cache
def host(request: HttpRequest, slug: str) -> HttpResponse:
    """Follow a host: reminders of all her sessions."""
    found = get_object_or_404(Host, slug=slug)
    coming = LiveSession.objects.for_display().filter(host=found)
    back = reverse("livestream:host", args=[slug])
    facts = {"host": found, "next_one": coming.next_up(timezone.now()).first()}
    return _page(request, Wish(host_id=found.pk), found, back, facts)


@never_cache
def session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Be reminded of one session."""
    found = get_object_or_404(LiveSession.objects.for_display(), pk=session_id)
    back = reverse("orders:session", args=[found.pk])
    facts = {"host": found.host, "session": found}
    return _page(request, Wish(session_id=found.pk), found.host, back, facts)


@never_cache
def confirm(request: HttpRequest, link: str) -> HttpResponse:
    """Count a wish once its button is pressed: programs open links in mails, too."""
    follow = following.behind(link)
    of = follow.host or (follow.session and follow.session.host)
    if request.method == "POST":
        following.confirm(link)
        said = _("Done. You will hear from us before %(host)s is live.")
        messages.success(request, said % {"host": of})
        if follow.session_id:
            response = redirect("orders:session", follow.session_id)
        else:
            response = redirect("livestream:host", of.slug if of else "")
        return _remember(request, response, follow.subscriber_id)
    return render(
        request,
        "livestream/confirm.html",
        {"here": "schedule", "host": of, "session": follow.session},
    )


@csrf_exempt
@never_cache
def stop(request: HttpRequest, link: str) -> HttpResponse:
    """Stop reminders: by the button, or by a mail program's own (RFC 8058)."""
    subscriber_id, host_id = following.read_stop(link)
    if request.method == "POST":
        if request.POST.get("everything"):
            following.forget(subscriber_id)
        else:
            following.stop(subscriber_id=subscriber_id, host_id=host_id)
    return render(
        request,
        "livestream/stop.html",
        {
            "here": "schedule",
            "host": get_object_or_404(Host, pk=host_id),
            "is_over": request.method == "POST",
            "has_more": Follow.objects.filter(subscriber=subscriber_id).exists(),
        },
    )


def worker(request: HttpRequest) -> HttpResponse:
    """What shows notifications; at the root, so that it is in charge of every page."""
    text = (
        settings.BASE_DIR / "donghai/static/js/livestream/push-worker.js"
    ).read_text()
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _page(
    request: HttpRequest, wish: Wish, of: Host, back: str, facts: dict[str, Any]
) -> HttpResponse:
    """The page of a wish, and what its buttons ask."""
    if request.method == "POST":
        return _act(request, wish, of, back, facts)
    form = MailForm()
    return _shown(request, wish, back, facts | {"form": form})


def _act(
    request: HttpRequest, wish: Wish, of: Host, back: str, facts: dict[str, Any]
) -> HttpResponse:
    act = request.POST.get("act", "")
    if act == "stop":
        for follow in following.mine(_who(request), wish):
            following.stop(subscriber_id=follow.subscriber_id, host_id=of.pk)
        messages.success(request, _("Stopped. You get no more of these reminders."))
        return redirect(request.path)
    reader = Reader(
        translation.get_language() or "en",
        viewer_zone(request).key,
        viewers.address_hash(request.META.get("REMOTE_ADDR", "")),
    )
    if act == "push":
        return _by_push(request, wish, reader)
    own = _own_mailbox(request)
    if act == "own" and own:
        following.follow_by_mail(email=own, wish=wish, reader=reader)
        said = _("Done. You will hear from us before %(host)s is live.")
        messages.success(request, said % {"host": of})
        return redirect(back)
    form = MailForm(request.POST)
    if not form.is_valid():
        return _shown(request, wish, back, facts | {"form": form})
    following.ask(email=form.cleaned_data["email"], wish=wish, reader=reader)
    return _shown(request, wish, back, facts | {"form": form, "is_asked": True})


def _by_push(request: HttpRequest, wish: Wish, reader: Reader) -> HttpResponse:
    """A script's request: the answer is for it."""
    form = DeviceForm(request.POST)
    if not form.is_valid():
        raise following.NotADevice()
    device = push.Device(**form.cleaned_data)
    subscriber = following.follow_by_push(device=device, wish=wish, reader=reader)
    return _remember(request, JsonResponse({"follows": True}), subscriber.pk)


def _shown(
    request: HttpRequest, wish: Wish, back: str, facts: dict[str, Any]
) -> HttpResponse:
    follows = following.mine(_who(request), wish)
    mailboxes = [one.subscriber.email for one in follows if one.subscriber.email]
    return render(
        request,
        "livestream/follow.html",
        {
            "here": "schedule",
            "back": back,
            "by_mail": _masked(next(iter(mailboxes), "")),
            "by_push": any(one.subscriber.endpoint for one in follows),
            "own": _masked(_own_mailbox(request)),
            "push_key": push.public_key(),
            **facts,
        },
    )


def _own_mailbox(request: HttpRequest) -> str:
    """The mailbox known to be theirs: the account's, or one this browser confirmed."""
    if theirs := _verified(request):
        return theirs
    kept = Subscriber.objects.by_mail().filter(pk__in=_kept(request))
    return str(kept.values_list("known_as", flat=True).first() or "")


def _verified(request: HttpRequest) -> str:
    """The address of who is signed in, if it was shown to be theirs."""
    if not request.user.is_authenticated:
        return ""
    theirs = EmailAddress.objects.filter(user=request.user.pk, verified=True)
    found = theirs.order_by("-primary").values_list("email", flat=True).first()
    return str(found or "").lower()


def _who(request: HttpRequest) -> list[int]:
    """The subscribers somebody is: those of the browser, and of the account."""
    theirs = Subscriber.objects.filter(known_as=_verified(request) or None)
    return [*_kept(request), *theirs.values_list("pk", flat=True)]


def _masked(email: str) -> str:
    """Enough of an address to know one's own."""
    name, at, domain = email.rpartition("@")
    return f"{name[:1]}…{at}{domain}" if email else ""


def _kept(request: HttpRequest) -> list[int]:
    """The subscribers this browser is, by its signed cookie."""
    try:
        said = _signer.unsign(request.COOKIES.get(COOKIE, ""))
        return [int(number) for number in said.split(".")]
    except (BadSignature, ValueError):
        return []


def _remember(request: HttpRequest, response: Any, subscriber_id: int) -> Any:
    """Let the browser know that it is this subscriber, too."""
    kept = list(dict.fromkeys([subscriber_id, *_kept(request)]))[:MOST_KEPT]
    response.set_cookie(
        COOKIE,
        _signer.sign(".".join(map(str, kept))),
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.PRODUCTION,
    )
    return response
