"""“What would happen to these 100 leads over the next 30 days?”, beside a sequence."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.decorators import action

from nurture.models import Sequence
from nurture.simulating.bars import HEIGHT, WIDTH, bars
from nurture.simulating.forms import DryRunForm
from nurture.simulating.running import OF_DAYS, OF_STEPS, DryRunRefused, dry_run

DAY_LABELS = dict(zip(OF_DAYS, ("Planned", "Mails sent", "Calls made", "Answers", "Qualified", "Left"), strict=True))


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
    steps = [{"row": row, "cells": [(_label(name), row[name]) for name in OF_STEPS]} for row in found.rows]
    days = [{"day": row["day"], "cells": [(DAY_LABELS[name], row[name]) for name in OF_DAYS]} for row in found.days]
    return {
        "form": form,
        "found": found,
        "charts": charts,
        "ends": [(_label(reason), count) for reason, count in found.ends.items()],
        "columns": [_label(name) for name in OF_STEPS],
        "steps": steps,
        "days": [day for day in days if any(count for _, count in day["cells"])],
        "width": WIDTH,
        "height": HEIGHT,
    }


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
