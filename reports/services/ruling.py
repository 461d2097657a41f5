"""Stopping what does not work, with the figures that it rested on."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404

from crm.campaigns.models import Campaign, Source
from crm.people.models import User
from leads.models import Arm, InquiryForm
from nurture.models import Sequence
from nurture.services.sequences import stop_sequence
from nurture.services.variants import StopRefused, step_of, stop_variant
from reports.declarations.repeat_or_delete import REPORT
from reports.models import Ruling
from reports.queries.things import UNDER_WAY, sequence_key
from reports.results import Line, plain

PERMISSIONS = {
    "source": "campaigns.change_source",
    "campaign": "campaigns.change_campaign",
    "form": "leads.change_inquiryform",
    "sequence": "nurture.change_sequence",
    "holdout": "nurture.change_sequence",
    "variant": "nurture.change_sequence",
}


class RulingRefused(Exception):
    """For a person: why it goes on."""


@transaction.atomic
def stop(*, kind: str, pk: int, by: User, now: datetime) -> Ruling:
    """A campaign or form is switched off, a source with all of its campaigns and forms; a sequence is retired and all
    who are in it leave it; a variant is given to nobody else. The figures are those of this moment, over all leads.
    Raises PermissionDenied, RulingRefused for what runs no more or is the last text of its step, and Http404 where the
    report has no such line."""
    if kind not in PERMISSIONS or not by.has_perm(PERMISSIONS[kind]):
        raise PermissionDenied
    line = _line(kind, pk, by, now)
    if not line.action:
        raise RulingRefused(f"“{line.label}” does not run any more.")
    _switch_off(kind, pk, now)
    return Ruling.objects.create(
        kind=kind,
        subject_id=pk,
        label=line.label[:200],
        verdict=line.cells["verdict"],
        figures={name: plain(value) for name, value in line.cells.items()},
        by=by,
        at=now,
    )


def _line(kind: str, pk: int, by: User, now: datetime) -> Line:
    result = REPORT.run(user=by, filters=REPORT.filters({}, user=by), now=now)
    found = next((line for line in result.found.main.lines if line.key == f"{kind}:{pk}"), None)
    if found is None:
        raise Http404
    return found


def _switch_off(kind: str, pk: int, now: datetime) -> None:
    off: dict[str, Any] = {"active": False}
    match kind:
        case "source":
            Source.objects.filter(pk=pk).update(**off)
            Campaign.objects.filter(source=pk).update(**off)
            InquiryForm.objects.filter(source=pk).update(**off)
        case "campaign":
            Campaign.objects.filter(pk=pk).update(**off)
        case "form":
            InquiryForm.objects.filter(pk=pk).update(**off)
        case "sequence":
            stop_sequence(sequence=Sequence.objects.get(pk=pk), now=now)
        case "holdout":
            key = sequence_key(Arm.objects.select_related("experiment").get(pk=pk).experiment.key)
            stop_sequence(sequence=Sequence.objects.get(key=key, status__in=UNDER_WAY), now=now)
        case "variant":
            _stop_text(Arm.objects.select_related("experiment").get(pk=pk), now)


def _stop_text(arm: Arm, now: datetime) -> None:
    step = step_of(arm)
    if step is None:
        raise RulingRefused(f"“{arm}” is no text of ours.")
    try:
        stop_variant(step=step, key=arm.key, now=now)
    except StopRefused as refused:
        raise RulingRefused(str(refused)) from refused
