"""Where the custom fields of a lead go when it is converted, or why they stay behind."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, Q

from crm.fields.carrying import carried
from crm.fields.definitions import Definition, definitions, kind_of, read
from crm.fields.models import CustomField, RecordKind
from crm.fields.services.values import values_of, values_of_one
from crm.fields.values import display
from crm.people.models import User
from leads.models import Lead

NO_TARGET = "No field of account, contact or opportunity takes it over"
Filled = Mapping[Definition, Any]


@dataclass(frozen=True)
class Carried:
    """``into``: values by record kind. ``stays``: label and reason. ``needed``: what the new records have to say and
    nothing of the lead does, by record kind."""

    into: dict[str, dict[Definition, Any]] = field(default_factory=lambda: defaultdict(dict))
    stays: list[tuple[str, str]] = field(default_factory=list)
    needed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def of(self, record: Model | type[Model]) -> dict[Definition, Any]:
        return self.into.get(str(kind_of(record)), {})


def carried_from(lead: Lead, *, user: User | None = None) -> Carried:
    """What ``user`` may see of it, both where it comes from and where it goes; nobody: all of it. One query where
    leads have no custom fields."""
    sources = definitions(RecordKind.LEAD, user=user)
    known = values_of_one(lead, sources)
    targets = {target.pk: target for target in _targets()}
    seen = _seen(targets, user)
    found = Carried()
    for source, value in known.items():
        target = targets.get(source.target) if source.target else None
        taken = carried(source, target, value) if target else None
        if target is None or taken is None:
            found.stays.append((source.label, _why(source, target if target in seen else None, value)))
        elif target in seen:
            found.into[target.record_kind][target] = taken
    for target in seen:
        if target.required and target not in found.into[target.record_kind]:
            found.needed[target.record_kind].append(target.label)
    return found


def _targets() -> list[Definition]:
    """The fields that lead fields fill, and those that have to be filled."""
    wanted = Q(required=True) | Q(sources__active=True)
    fields = CustomField.objects.filter(wanted, active=True).exclude(record_kind=RecordKind.LEAD)
    return read(fields.order_by("record_kind", "position", "pk", "choices__position", "choices__pk"))


def _seen(targets: Mapping[int, Definition], user: User | None) -> list[Definition]:
    if user is None or not targets:
        return list(targets.values())
    pks = set(CustomField.objects.seen_by(user).filter(pk__in=targets).values_list("pk", flat=True))
    return [target for pk, target in targets.items() if pk in pks]


def _why(source: Definition, target: Definition | None, value: Any) -> str:
    if target is None:
        return NO_TARGET
    return f"“{display(source, value)}” is no choice of the {target.record_kind}'s “{target.label}”"


def what_lacks(model: type[Model], pks: list[int], filled: Filled) -> dict[int, dict[Definition, Any]]:
    """Of ``filled`` what each record has no value of: one query, none where there is nothing to fill."""
    known = values_of(model, pks, filled)
    return {pk: {key: value for key, value in filled.items() if key not in known.get(pk, {})} for pk in pks}
