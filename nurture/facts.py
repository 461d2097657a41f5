"""What branches look at, of many enrollments: each thing is read when a branch first asks for it, and once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Max

from leads.models import Answer, Engagement, EngagementKind, Inquiry, StageChange
from leads.routing.conditions import why_not
from leads.routing.subject import Subject
from nurture.models import BranchField, CallAttempt, Enrollment, Step


class Facts:
    """By the id of the lead, or of the enrollment where it says so."""

    def __init__(self, enrollments: Iterable[Enrollment]) -> None:
        self.enrollments = [enrollment.pk for enrollment in enrollments]
        self.leads = [enrollment.lead_id for enrollment in enrollments]

    @cached_property
    def answers(self) -> dict[int, dict[str, Any]]:
        """The newest of each question, by its key."""
        found: dict[int, dict[str, Any]] = defaultdict(dict)
        rows = Answer.objects.filter(lead__in=self.leads).order_by("answered_at", "pk")
        for lead, key, value in rows.values_list("lead", "question__key", "value"):
            found[lead][key] = value
        return found

    @cached_property
    def forms(self) -> dict[int, str]:
        """The form of the last inquiry by one."""
        rows = Inquiry.objects.filter(lead__in=self.leads, form__isnull=False).order_by("received_at", "pk")
        return dict(rows.values_list("lead", "form__slug"))

    @cached_property
    def clicks(self) -> dict[int, datetime]:
        """When a human last clicked."""
        return self._last(EngagementKind.CLICK)

    @cached_property
    def replies(self) -> dict[int, datetime]:
        return self._last(EngagementKind.REPLY)

    @cached_property
    def stages(self) -> dict[int, list[str]]:
        """Those that the lead was in before."""
        found: dict[int, list[str]] = defaultdict(list)
        for lead, stage in StageChange.objects.filter(lead__in=self.leads).values_list("lead", "to_stage"):
            found[lead].append(stage)
        return found

    @cached_property
    def outcomes(self) -> dict[int, str]:
        """Of the last call, by enrollment."""
        path = "task__touch__enrollment"
        rows = CallAttempt.objects.filter(**{f"{path}__in": self.enrollments}).order_by("at", "pk")
        return dict(rows.values_list(path, "outcome"))

    def _last(self, kind: str) -> dict[int, datetime]:
        rows = Engagement.objects.filter(lead__in=self.leads, kind=kind).order_by().values_list("lead")
        return dict(rows.annotate(last=Max("at")))


class BranchSubject(Subject):
    """One of the enrollments of ``facts``, with its lead."""

    def __init__(self, enrollment: Enrollment, facts: Facts, *, now: datetime) -> None:
        super().__init__(enrollment.lead, now=now)
        self.enrollment = enrollment
        self.facts = facts

    def value(self, condition: Any) -> Any:
        if condition.field not in BranchField.values:
            return super().value(condition)
        match BranchField(condition.field):
            case BranchField.CLICKED:
                last = self.facts.clicks.get(self.lead.pk)
                return _yes_no(last is not None and last >= self.enrollment.enrolled_at)
            case BranchField.REPLIED:
                return _yes_no(self.lead.pk in self.facts.replies)
            case BranchField.CALL_OUTCOME:
                return self.facts.outcomes.get(self.enrollment.pk, "")
            case BranchField.STAGES:
                return self.facts.stages.get(self.lead.pk, [])

    @cached_property
    def answers(self) -> Mapping[str, Any]:
        return self.facts.answers.get(self.lead.pk, {})

    @cached_property
    def form(self) -> str:
        return self.facts.forms.get(self.lead.pk, "")


def branch_holds(step: Step, subject: Subject) -> bool:
    """What is unknown is "none of" anything, and nothing else."""
    return not why_not([step], subject)


def _yes_no(holds: bool) -> str:
    return "yes" if holds else "no"
