"""What the demo company wants to know besides what everybody does, and what its reps found out."""

from datetime import datetime
from random import Random
from typing import Any

from crm.fields.definitions import by_key, definitions, kind_of
from crm.fields.kinds import FieldKind
from crm.fields.models import CustomField, FieldChoice, RecordKind
from crm.fields.rows import clean
from crm.fields.services.editing import edit_record
from crm.opportunities.models import Opportunity
from crm.people.models import User
from leads.models import Lead

SEGMENTS = (("small", "Small business"), ("mid", "Mid-market"), ("large", "Enterprise"))
SYSTEMS = (("spreadsheets", "Spreadsheets"), ("erp", "ERP"), ("own", "Their own"), ("none", "None"))


def set_up() -> None:
    """A lead's segment becomes its account's; what the margin is, managers alone see."""
    account = {"record_kind": RecordKind.ACCOUNT, "listed": True}
    segment = _field("segment", "Segment", FieldKind.CHOICE, SEGMENTS, **account)
    _field("customer_since", "Customer since", FieldKind.DATE, position=1, record_kind=RecordKind.ACCOUNT)
    _field("segment", "Segment", FieldKind.CHOICE, SEGMENTS, target=segment)
    _field("systems", "Systems in use", FieldKind.CHOICES, SYSTEMS, position=1)
    deal: dict[str, Any] = {"record_kind": RecordKind.OPPORTUNITY}
    _field("months", "Contract months", FieldKind.NUMBER, listed=True, **deal)
    _field("margin", "Margin", FieldKind.MONEY, position=1, reps_see=False, **deal)


def _field(key: str, label: str, kind: str, choices: tuple[tuple[str, str], ...] = (), **options: Any) -> CustomField:
    field = CustomField.objects.create(**({"record_kind": RecordKind.LEAD} | options), key=key, label=label, kind=kind)
    FieldChoice.objects.bulk_create(
        FieldChoice(field=field, value=value, label=label, position=place)
        for place, (value, label) in enumerate(choices)
    )
    return field


def find_out(lead: Lead, rep: User, now: datetime) -> None:
    luck = Random(lead.pk)  # noqa: S311 - a lead's own, so that what is drawn here changes nothing else
    systems = luck.sample([value for value, _ in SYSTEMS[:3]], luck.choice((1, 1, 2)))
    _say(lead, {"segment": luck.choice(SEGMENTS)[0], "systems": systems}, rep, now)


def agree(opportunity: Opportunity, now: datetime) -> None:
    if opportunity.owner is None:
        return
    luck = Random(opportunity.pk)  # noqa: S311
    known = {"months": luck.choice((12, 24, 36))}
    margin = {"margin": int(opportunity.amount * luck.randrange(20, 45) / 100)} if opportunity.amount else {}
    _say(opportunity, known | margin, opportunity.owner, now)


def _say(record: Any, typed: dict[str, Any], by: User, now: datetime) -> None:
    fields = by_key(definitions(str(kind_of(record)), user=None))
    values = {fields[key]: clean(fields[key], value) for key, value in typed.items()}
    record.version = edit_record(record, version=record.version, fields={}, custom=values, by=by, now=now).version
