"""Planning a session or a series of them, and changing one date."""

from dataclasses import replace
from functools import partial
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from donghai.errors import Refused
from donghai.templatetags.pages import country
from hosts.models import Host
from livestream.models import LiveSession, Market, Series, Studio
from livestream.schedule import planning, recurrence, series
from livestream.schedule.recurrence import Rule
from livestream.sessions import services
from livestream.sessions.services import Plan
from livestream.views.access import for_hosts, own_session

MINUTES = [
    (60, gettext_lazy("1 hour")),
    (120, gettext_lazy("2 hours")),
    (180, gettext_lazy("3 hours")),
    (240, gettext_lazy("4 hours")),
]
WEEKDAYS = list(
    zip(
        recurrence.WEEKDAYS,
        (
            gettext_lazy("Mon"),
            gettext_lazy("Tue"),
            gettext_lazy("Wed"),
            gettext_lazy("Thu"),
            gettext_lazy("Fri"),
            gettext_lazy("Sat"),
            gettext_lazy("Sun"),
        ),
        strict=True,
    )
)
EVERY = {
    "DAILY": "FREQ=DAILY",
    "WEEKLY": "FREQ=WEEKLY",
    "FORTNIGHTLY": "FREQ=WEEKLY;INTERVAL=2",
}


class MarketField(forms.ModelChoiceField):
    """Markets by their countries' names in the reader's language."""

    def label_from_instance(self, obj: Any) -> str:
        return country(obj.country)


day_input = partial(forms.DateInput, {"type": "date"}, format="%Y-%m-%d")


class WhenForm(forms.Form):
    """When and where; the time is the market's wall time."""

    starts_on = forms.DateField(label=gettext_lazy("Day there"), widget=day_input())
    starts_time = forms.TimeField(
        label=gettext_lazy("Time there"), widget=forms.TimeInput({"type": "time"})
    )
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("For how long"), coerce=int, initial=120, choices=MINUTES
    )
    studio = forms.ModelChoiceField(
        Studio.objects.filter(is_open=True).order_by("name"),
        label=gettext_lazy("Studio room"),
        required=False,
        empty_label=gettext_lazy("None: from anywhere"),
    )

    def when(self) -> dict[str, Any]:
        """What a plan takes of it."""
        names = ("starts_on", "starts_time", "minutes")
        studio = self.cleaned_data["studio"]
        return {name: self.cleaned_data[name] for name in names} | {
            "studio_id": studio and studio.pk
        }


class PlanForm(WhenForm):
    """A session as a host plans it, once or again and again."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    market = MarketField(
        Market.objects.order_by("name"),
        label=gettext_lazy("For buyers in"),
        empty_label=None,
    )
    language = forms.ChoiceField(label=gettext_lazy("In"))
    repeat = forms.ChoiceField(
        label=gettext_lazy("Repeat"),
        required=False,
        choices=[
            ("", gettext_lazy("Never")),
            ("WEEKLY", gettext_lazy("Every week on these days")),
            ("FORTNIGHTLY", gettext_lazy("Every two weeks on these days")),
            ("DAILY", gettext_lazy("Every day")),
            (
                "MONTHLY",
                gettext_lazy("Every month on this weekday, as the first Friday"),
            ),
            ("RULE", gettext_lazy("By a rule of your own (RRULE)")),
        ],
    )
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("On these days"),
        required=False,
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None: on the weekday of the first day."),
    )
    rule = forms.CharField(
        label=gettext_lazy("Rule"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"placeholder": "FREQ=MONTHLY;BYDAY=1SA", "dir": "ltr"}),
    )
    until = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=day_input(),
        help_text=gettext_lazy("Empty: until you end it."),
    )

    def __init__(self, host: Host, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        certified = host.languages.certified_on(timezone.localdate())
        language = cast(forms.ChoiceField, self.fields["language"])
        language.choices = [
            (spoken.language, spoken.get_language_display()) for spoken in certified
        ]

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        until, first = facts.get("until"), facts.get("starts_on")
        if until and first and until < first:
            self.add_error("until", ValidationError(_("This is before the first day.")))
        return facts

    def plan(self) -> Plan:
        facts = self.cleaned_data
        return Plan(
            title=facts["title"],
            language=facts["language"],
            market=facts["market"],
            **self.when(),
        )

    def repeats(self) -> Rule | None:
        """The rule asked for; None when it's only once. Refuses what is no rule."""
        facts = self.cleaned_data
        repeat, first_day = facts["repeat"], facts["starts_on"]
        if not repeat:
            return None
        text = EVERY.get(repeat, facts["rule"])
        if repeat == "MONTHLY":
            text = recurrence.nth_weekday(first_day)
        elif repeat in ("WEEKLY", "FORTNIGHTLY") and facts["weekdays"]:
            text += f";BYDAY={','.join(facts['weekdays'])}"
        rule = recurrence.parse(
            text,
            first_day=first_day,
            wall=facts["starts_time"],
            zone=facts["market"].zone,
        )
        ends = [day for day in (rule.until, facts["until"]) if day]
        return replace(rule, until=min(ends, default=None))


@for_hosts
def plan(request: HttpRequest, host: Host) -> HttpResponse:
    """Put a session or a series on the schedule, once she saw what speaks against."""
    form = PlanForm(host, request.POST or None)
    outlook = None
    if request.method == "POST" and form.is_valid():
        try:
            wanted, rule = form.plan(), form.repeats()
            outlook = planning.look(host=host, plan=wanted, rule=rule)
            if _goes_on(request, outlook):
                return _put(request, host, wanted, rule)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    zones = dict(Market.objects.values_list("country", "zone"))
    return render(
        request,
        "livestream/plan.html",
        {"here": "account", "form": form, "zones": zones, "outlook": outlook},
    )


@for_hosts
def date(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """Change when one session is, call it off, or end the series it's of."""
    session = own_session(host, session_id)
    services.require(session, LiveSession.State.SCHEDULED)
    form = WhenForm(
        request.POST or None,
        initial={
            "starts_on": session.starts_on,
            "starts_time": f"{session.starts_time:%H:%M}",
            "minutes": int(session.length.total_seconds()) // 60,
            "studio": session.studio_id,
        },
    )
    outlook = None
    if request.method == "POST" and form.is_valid():
        try:
            wanted = _moved(session, form)
            outlook = planning.look(host=host, plan=wanted, session_id=session.pk)
            if _goes_on(request, outlook):
                services.move_session(host=host, session_id=session.pk, plan=wanted)
                messages.success(request, _("Moved. Reminders go by the new time."))
                return redirect("livestream:studio")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(
        request,
        "livestream/date.html",
        {"here": "account", "form": form, "session": session, "outlook": outlook},
    )


@for_hosts
@require_POST
def skip(request: HttpRequest, host: Host, session_id: int) -> HttpResponse:
    """Call one date off; a series leaves it out."""
    own_session(host, session_id)
    series.skip(host=host, session_id=session_id)
    messages.success(request, _("Called off. It stays in calendars, marked as such."))
    return redirect("livestream:studio")


@for_hosts
@require_POST
def end(request: HttpRequest, host: Host, series_id: int) -> HttpResponse:
    """End a series: what is to come of it is called off."""
    get_object_or_404(Series, pk=series_id, host=host)
    count = series.end(host=host, series_id=series_id)
    words = ngettext(
        "The series is over: %(n)s session called off.",
        "The series is over: %(n)s sessions called off.",
        count,
    )
    messages.success(request, words % {"n": count})
    return redirect("livestream:studio")


def _goes_on(request: HttpRequest, outlook: planning.Outlook) -> bool:
    """Nothing speaks against it, or she has seen all that does."""
    return not outlook.cautions or request.POST.get("anyway") == outlook.seen


def _put(
    request: HttpRequest, host: Host, wanted: Plan, rule: Rule | None
) -> HttpResponse:
    if rule is None:
        session = services.schedule_session(host=host, plan=wanted)
    else:
        begun = series.begin(host=host, plan=wanted, rule=rule)
        made = begun.sessions.order_by("starts_at")
        words = ngettext(
            "%(n)s session is on the schedule; more follow by themselves.",
            "%(n)s sessions are on the schedule; more follow by themselves.",
            len(made),
        )
        messages.success(request, words % {"n": len(made)})
        session = made[0]
    pieces = reverse("livestream:pieces", args=[session.pk], query=request.GET)
    return redirect(pieces)


def _moved(session: LiveSession, form: WhenForm) -> Plan:
    """A session's plan with another time; it stays by its own zone's clock."""
    return Plan(
        title=session.title,
        language=session.language,
        market=session.market,
        zone=session.zone,
        **form.when(),
    )
