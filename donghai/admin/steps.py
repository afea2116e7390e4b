"""Steps in words: what is to be done, for whom, why it failed, and once more."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donghai import steps
from donghai.backoffice.columns import link_to, list_of, number, state
from donghai.backoffice.duties import STAFF
from donghai.backoffice.figures import MOST, Figure, figure
from donghai.backoffice.pages import Page
from donghai.backoffice.site import Group
from donghai.health import LATE_STEP_SECONDS
from donghai.steps.models import Step


@dataclass(frozen=True, slots=True)
class Task:
    """What a job is called by people, and what kind of row its subject is."""

    words: str | Promise
    subject: type[models.Model]


tasks: dict[str, Task] = {}


def describe(
    subject: type[models.Model], app: str = "", **words: str | Promise
) -> None:
    """Say in words what the jobs about one kind of row do: pack_order=_("pack it").

    `app` is theirs, where that isn't the row's.
    """
    app = app or subject._meta.app_label
    for job, said in words.items():
        tasks[f"{app}.{job}"] = Task(said, subject)


def of(**subjects: Any) -> QuerySet[Step]:
    """The steps about some rows, oldest first: of(order=[1], parcel=[2, 3])."""
    wanted = Q(pk__in=[])
    for name, ids in subjects.items():
        jobs = [job for job, t in tasks.items() if t.subject._meta.model_name == name]
        wanted |= Q(job__in=jobs, subject_id__in=ids)
    return Step.objects.filter(wanted).order_by("created_at", "pk")


def numbered() -> list[tuple[type[models.Model], list[str]]]:
    """The subjects that people know by a number, each with its jobs."""
    subjects = {task.subject for task in tasks.values()}
    return [
        (subject, [job for job, task in tasks.items() if task.subject is subject])
        for subject in subjects
        if isinstance(_number_of(subject), models.CharField)
    ]


def _number_of(subject: type[models.Model]) -> object:
    """The column that people know a row by; a count of its own is none."""
    fields = {field.name: field for field in subject._meta.get_fields()}
    return fields.get("number")


def words_of(step: Step) -> str:
    """What a step does; its bare name when nobody described it."""
    task = tasks.get(step.job)
    return str(task.words) if task else step.job


class JobFilter(admin.SimpleListFilter):
    """By what is to be done, in words."""

    title = gettext_lazy("what")
    parameter_name = "job"

    def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, Any]]:
        return [(job, task.words) for job, task in tasks.items()]

    def queryset(self, request: HttpRequest, rows: QuerySet[Step]) -> QuerySet[Step]:
        return rows.filter(job=self.value()) if self.value() else rows


class LateFilter(admin.SimpleListFilter):
    """What should have been done by now."""

    title = gettext_lazy("time")
    parameter_name = "late"

    def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, Any]]:
        return [("yes", _("due by now"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Step]) -> QuerySet[Step]:
        return rows.due(timezone.now()) if self.value() else rows  # type: ignore[attr-defined]


@admin.register(Step)
class StepPage(Page):
    """To-do rows. They run by themselves; one that gave up waits here for a person."""

    group = Group.PEOPLE
    place = 1
    list_display = (
        "what",
        "subject",
        state("state", gettext_lazy("state")),
        "due_at",
        number("attempts", gettext_lazy("attempts")),
        "why",
        "created_at",
    )
    list_display_links = ("what",)
    list_filter = ("state", LateFilter, JobFilter)
    search_fields = ("subject_id",)  # see get_search_results
    search_help_text = gettext_lazy("The number of an order or a parcel")
    fields = (
        "what",
        "subject",
        "key",
        "state",
        "due_at",
        "attempts",
        "last_error",
        "created_at",
        "done_at",
    )
    readonly_fields = ("what", "subject")
    actions = ("try_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Step]:
        """Each step with the number of its order or parcel, where that has one."""
        rows = super().get_queryset(request)
        numbers = [
            When(
                job__in=jobs,
                then=Subquery(
                    subject._default_manager.filter(pk=OuterRef("subject_id")).values(
                        "number"
                    )[:1]
                ),
            )
            for subject, jobs in numbered()
        ]
        return rows.annotate(number=Case(*numbers, default=None))

    def suits(self, action: str, row: Step) -> bool:
        return row.state == Step.State.PARKED

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[Step], bool]:
        word = search_term.strip().upper()
        if not word:
            return queryset, False
        found = {
            str(subject._meta.model_name): subject._default_manager.filter(number=word)
            for subject, _jobs in numbered()
        }
        return queryset.filter(pk__in=of(**found).values("pk")), False

    @admin.action(description=gettext_lazy("Try again"), permissions=["work"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Step]) -> None:
        note = _("Tried again")
        if not self.work(request, queryset, lambda row: steps.retry(row.pk), note):
            said = _("Nothing to try again: only a step that gave up can be.")
            self.message_user(request, said, messages.WARNING)

    @admin.display(description=gettext_lazy("what"), ordering="job")
    def what(self, step: Step) -> str:
        return words_of(step)

    @admin.display(description=gettext_lazy("about"), ordering="subject_id")
    def subject(self, step: Any) -> SafeString | str:
        task = tasks.get(step.job)
        if task is None:
            return str(step.subject_id)
        said = f"{task.subject._meta.verbose_name} {step.number or step.subject_id}"
        return link_to(task.subject(pk=step.subject_id), said)

    @admin.display(description=gettext_lazy("last error"))
    def why(self, step: Step) -> SafeString | str:
        return format_html('<span class="error">{}</span>', step.last_error[:160])


@figure(STAFF)
def parked_steps() -> Figure:
    parked = Step.objects.parked()[:MOST].count()
    return Figure(
        gettext_lazy("steps that gave up"),
        parked,
        list_of(Step, state__exact=Step.State.PARKED),
        "bad" if parked else "ok",
        gettext_lazy("Read why, then try again."),
    )


@figure(STAFF)
def oldest_due_step() -> Figure:
    now = timezone.now()
    since = steps.oldest_due(now)
    late = since is not None and (now - since).total_seconds() > LATE_STEP_SECONDS
    return Figure(
        gettext_lazy("oldest step that is due"),
        timesince(since, now, depth=1) if since else _("none waits"),
        list_of(Step, late="yes"),
        "warn" if late else "ok",
        gettext_lazy("Minutes mean that no worker is running."),
    )
