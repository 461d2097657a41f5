"""Two leads that are one person become one, and apart again within 30 days."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from crm.fields.services.merging import COPIES
from crm.people.merging import UNDO_WITHIN as UNDO_WITHIN
from crm.people.merging import MergeRefused as MergeRefused
from crm.people.models import User
from crm.web.models import AppendOnly
from leads.models import Answer, Assignment, Engagement, Inquiry, Lead, LeadMerge, PolicyPurpose, Stage
from leads.models.lead import SALES_STAGES
from leads.services.merge_fields import FLAGS, changes_for, from_plain, plain
from leads.services.policies import verdict_for
from leads.services.qualification import evaluate_lead

# A merge never takes a lead back: the one further along survives.
PROGRESS = [Stage.DISQUALIFIED, Stage.UNQUALIFIED, Stage.MQL, Stage.SAL, Stage.SQL, Stage.CONVERTED]
# What moves to the survivor; all else stays with the tombstone, and readers look there (``LeadQuerySet.same_person``).
MOVED: dict[str, tuple[type[Any], str]] = {
    "inquiries": (Inquiry, "lead"),
    "answers": (Answer, "lead"),
    "engagements": (Engagement, "lead"),
    "tombstones": (Lead, "merged_into"),
}


@transaction.atomic
def merge_leads(*, survivor: Lead, duplicate: Lead, by: User | None, now: datetime) -> LeadMerge:
    """``duplicate`` becomes a tombstone of ``survivor``, which is decided about anew if it got answers. Locks both in
    the order of their ids. Raises MergeRefused."""
    survivor, duplicate = _lock_both(survivor, duplicate)
    if problem := why_not_merge(survivor, duplicate):
        raise MergeRefused(problem)
    changes = changes_for(survivor, duplicate)
    filled = {name: {"before": plain(getattr(survivor, name)), "after": plain(to)} for name, to in changes.items()}
    Lead.objects.filter(pk=duplicate.pk).update(merged_into=survivor, version=F("version") + 1)
    moved = {kind: _move(kind, duplicate, survivor) for kind in MOVED}
    _write(survivor, changes)
    moved[COPIES.name] = COPIES.make(survivor, duplicate, by=by, now=now)
    _note_owner(survivor, changes, f"Merged with {duplicate}", by=by, now=now)
    merge = LeadMerge.objects.create(
        survivor=survivor,
        duplicate=duplicate,
        by=by,
        merged_at=now,
        filled=filled,
        moved=moved,
        flags={name: getattr(survivor, name) for name in FLAGS},
    )
    if (moved["answers"] or moved["engagements"]) and survivor.is_open:
        evaluate_lead(lead=survivor, now=now, by=by)
    return merge


def why_not_merge(survivor: Lead, duplicate: Lead) -> str:
    """For a person; "" where the two can be merged this way round."""
    if survivor.pk == duplicate.pk:
        return "A lead cannot be merged with itself."
    for lead in (survivor, duplicate):
        if lead.merged_into_id:
            return f"“{lead}” was merged into another lead already."
    if duplicate.stage == Stage.CONVERTED:
        if survivor.stage == Stage.CONVERTED:
            return "Both leads are converted: each has its account and contact. Two conversions cannot be merged."
        return f"“{duplicate}” is converted: keep it, and merge the other one into it."
    if PROGRESS.index(Stage(duplicate.stage)) > PROGRESS.index(Stage(survivor.stage)):
        stage = duplicate.get_stage_display().lower()
        return f"“{duplicate}” is further along ({stage}): keep it, and merge the other one into it."
    return ""


@transaction.atomic
def undo_merge(*, merge: LeadMerge, by: User | None, now: datetime) -> Lead:
    """The duplicate is live again, with what was moved from it, and the survivor has its own values back where nobody
    changed them since. What came in meanwhile stays with the survivor; an opt-out is never lifted. Returns the
    duplicate. Raises MergeRefused."""
    survivor, duplicate = _lock_both(merge.survivor, merge.duplicate)
    merge = LeadMerge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if problem := why_not_undo(merge, survivor, duplicate, now=now):
        raise MergeRefused(problem)
    changes = _to_restore(merge, survivor)
    _write(survivor, changes)
    _note_owner(survivor, changes, f"No longer merged with {duplicate}", by=by, now=now)
    _revive(merge, survivor, duplicate)
    for kind, (model, field) in MOVED.items():
        rows = model._default_manager.filter(pk__in=merge.moved.get(kind, []), **{field: survivor})
        _hand_over(rows, field, duplicate)
    COPIES.take_back(survivor, merge.moved.get(COPIES.name, []), by=by, now=now)
    LeadMerge.objects.filter(pk=merge.pk).update(undone_at=now, undone_by=by)
    if merge.moved["answers"] or merge.moved.get("engagements"):
        for lead in (survivor, duplicate):
            _score_again(lead, now)
    duplicate.refresh_from_db()
    return duplicate


def why_not_undo(merge: LeadMerge, survivor: Lead, duplicate: Lead, *, now: datetime) -> str:
    """For a person; "" where the merge can be undone."""
    if merge.undone_at:
        return "This merge was undone already."
    if now - merge.merged_at > UNDO_WITHIN:
        return f"A merge can be undone for {UNDO_WITHIN.days} days; this one is older."
    if survivor.merged_into_id or duplicate.merged_into_id != survivor.pk:
        return f"“{survivor}” was merged into another lead since: undo that merge first."
    if survivor.stage == Stage.CONVERTED and survivor.conversion.converted_at >= merge.merged_at:
        return f"“{survivor}” was converted since, with what it got from “{duplicate}”."
    return ""


def _lock_both(one: Lead, other: Lead) -> tuple[Lead, Lead]:
    locked = Lead.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk, other.pk]).order_by("pk")
    leads = {lead.pk: lead for lead in locked}
    return leads[one.pk], leads[other.pk]


def _move(kind: str, duplicate: Lead, survivor: Lead) -> list[int]:
    """Inquiries and answers are append-only: here, and in the undo, is the one place where they change hands."""
    model, field = MOVED[kind]
    rows = model._default_manager.filter(**{field: duplicate})
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    _hand_over(rows, field, survivor)
    return ids


def _hand_over(rows: Any, field: str, to: Lead) -> None:
    if issubclass(rows.model, AppendOnly):
        rows.change_hands(**{field: to})
    else:
        rows.update(**{field: to})


def _write(lead: Lead, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(lead, name, value)
    lead.version += 1
    lead.save(update_fields=["version", *changes])


def _note_owner(lead: Lead, changes: dict[str, Any], note: str, *, by: User | None, now: datetime) -> None:
    if "owner_id" in changes:
        Assignment.objects.create(lead=lead, to=lead.owner, at=now, by=by, note=note[:200])


def _to_restore(merge: LeadMerge, survivor: Lead) -> dict[str, Any]:
    """The survivor's values from before, where the merge's are still there. A path that counted since stays."""
    reached_sales = survivor.stage_changes.filter(at__gte=merge.merged_at, to_stage__in=SALES_STAGES).exists()
    kept = {*FLAGS, *(("path", "reached_sales_at") if reached_sales else ())}
    return {
        name: from_plain(name, values["before"])
        for name, values in merge.filled.items()
        if name not in kept and getattr(survivor, name) == from_plain(name, values["after"])
    }


def _revive(merge: LeadMerge, survivor: Lead, duplicate: Lead) -> None:
    """Whoever opted out while the two were one has opted out as either."""
    flags = {name: True for name in FLAGS if getattr(survivor, name) and not merge.flags[name]}
    try:
        with transaction.atomic():
            Lead.objects.filter(pk=duplicate.pk).update(merged_into=None, version=F("version") + 1, **flags)
    except IntegrityError as error:
        raise MergeRefused(f"Another lead has the e-mail address {duplicate.email} by now.") from error


def _score_again(lead: Lead, now: datetime) -> None:
    """By the answers it has now; its stage stays."""
    verdict = verdict_for(lead, purpose=PolicyPurpose.MARKETING, now=now)
    if verdict is not None:
        Lead.objects.filter(pk=lead.pk).update(score=verdict.score, decide_again_at=now)
