"""“What would happen to these 100 leads over the next 30 days?”, beside a sequence."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.decorators import action

from nurture.models import Sequence, StepKind
from nurture.simulating.bars import HEIGHT, WIDTH, bars
from nurture.simulating.forms import DryRunForm
from nurture.simulating.running import OF_DAYS, DryRun, DryRunRefused, dry_run

# What the tables show of a day, of the e-mails and of the calls: names of counts and labels.
DAYS = dict(zip(OF_DAYS, ("Planned", "Mails sent", "Calls made", "Answers", "Qualified", "Left"), strict=True))
BOTH = {"planned": "Planned", "skipped": "Skipped", "cancelled": "Cancelled"}
MAILS = BOTH | {"sent": "Sent", "bounce": "Bounced", "click": "Clicked", "answer": "Answered", "reply": "Replied"}
MAILS |= {"opt_out": "Opted out", "qualified": "Qualified"}
CALLS = BOTH | {"called": "Calls made", "reached": "Reached", "qualified": "Qualified"}


class DryRunPages:
    """For the admin of sequences. A GET: nothing is stored or sent."""

    def get_urls(self: Any) -> list[URLPattern]:
        page = self.admin_site.admin_view(self._dry_run)
        return [path("<int:object_id>/dry-run/", page, name="nurture_sequence_dry_run"), *super().get_urls()]  # type: ignore[misc]

    @action(description="Try it out", url_path="try-out", icon="science")
    def try_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:nurture_sequence_dry_run", object_id=object_id)

    def _dry_run(self: Any, request: HttpRequest, object_id: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        sequence = get_object_or_404(Sequence.objects.prefetch_related("conditions"), pk=object_id)
        page = {"title": f"Try out “{sequence}”", "sequence": sequence, "opts": Sequence._meta}
        return render(
            request,
            "admin/nurture/sequence/dry_run.html",
            self.admin_site.each_context(request) | page | _asked(sequence, request),
        )


def _asked(sequence: Sequence, request: HttpRequest) -> dict[str, Any]:
    form = DryRunForm(request.GET or None)
    if not form.is_bound:
        return {"form": DryRunForm(initial={name: field.initial for name, field in form.fields.items()})}
    if not form.is_valid():
        return {"form": form}
    try:
        found = dry_run(sequence=sequence, what_if=form.what_if, now=timezone.now())
    except DryRunRefused as refused:
        return {"form": form, "refused": str(refused)}
    charts = [("Mails sent a day", bars(found.days, "sent")), ("Calls made a day", bars(found.days, "called"))]
    days = [{"day": row["day"], "cells": _cells(row, DAYS)} for row in found.days]
    return {
        "form": form,
        "found": found,
        "charts": charts,
        "ends": [(reason.replace("_", " ").capitalize(), count) for reason, count in found.ends.items()],
        "tables": _tables(found),
        "days": [day for day in days if any(count for _, count in day["cells"])],
        "width": WIDTH,
        "height": HEIGHT,
    }


def _tables(found: DryRun) -> list[tuple[str, list[dict[str, Any]]]]:
    """Of the e-mails and of the calls; without those that no lead came to."""
    calls = {step.position + 1 for step in found.steps if step.kind == StepKind.CALL}
    mails = [{"row": row, "cells": _cells(row, MAILS)} for row in found.rows if row["step"] not in calls]
    made = [{"row": row, "cells": _cells(row, CALLS)} for row in found.rows if row["step"] in calls]
    return [(title, rows) for title, rows in (("E-mails, step by step", mails), ("Calls, step by step", made)) if rows]


def _cells(row: dict[str, Any], columns: dict[str, str]) -> list[tuple[str, int]]:
    return [(label, row[name]) for name, label in columns.items()]
