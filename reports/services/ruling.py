"""Stopping what does not work, with the figures that it rested on."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404

from crm.campaigns.models import Campaign, Source
from crm.people.models import User
from leads.models import InquiryForm
from nurture.models import Sequence, SequenceStatus
from nurture.services.sequences import pause_sequence
from reports.declarations.repeat_or_delete import REPORT
from reports.models import Ruling
from reports.results import Line

PERMISSIONS = {
    "source": "campaigns.change_source",
    "campaign": "campaigns.change_campaign",
    "form": "leads.change_inquiryform",
    "sequence": "nurture.change_sequence",
}


@transaction.atomic
def stop(*, kind: str, pk: int, by: User, now: datetime) -> Ruling:
    """A campaign or form is switched off, a source with all of its campaigns and forms, a sequence is paused. The
    figures are those of this moment, over all leads. What is stopped already is not stopped again. Raises
    PermissionDenied, and Http404 where the report has no such line."""
    if kind not in PERMISSIONS or not by.has_perm(PERMISSIONS[kind]):
        raise PermissionDenied
    line = _line(kind, pk, by, now)
    if not line.action:
        return Ruling.objects.filter(kind=kind, subject_id=pk).latest("at")
    _switch_off(kind, pk)
    return Ruling.objects.create(
        kind=kind,
        subject_id=pk,
        label=line.label[:200],
        verdict=line.cells["verdict"],
        figures=line.cells,
        by=by,
        at=now,
    )


def _line(kind: str, pk: int, by: User, now: datetime) -> Line:
    result = REPORT.run(user=by, filters=REPORT.filters({}, user=by), now=now)
    found = next((line for line in result.found.main.lines if line.key == f"{kind}:{pk}"), None)
    if found is None:
        raise Http404
    return found


def _switch_off(kind: str, pk: int) -> None:
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
            sequence = Sequence.objects.get(pk=pk)
            if sequence.status == SequenceStatus.PUBLISHED:
                pause_sequence(sequence=sequence)
