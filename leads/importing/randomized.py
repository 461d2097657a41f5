"""A past randomised test: who was drawn into which arm, and what became of them. Tens of thousands of rows at once: the
people are history that nobody works on, so they are counted and not decided, routed or nurtured."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from crm.opportunities.models import Status
from crm.people.models import Company
from crm.web.holding import holding
from leads.importing.common import Common, read_common
from leads.importing.deals import DealFacts, record_deal
from leads.importing.errors import ImportFailed, MappingWrong, Reasons, RowRefused, in_mapping
from leads.importing.reading import Row, Table
from leads.importing.refused import RefusedFile
from leads.importing.sections import Section, read_json, text
from leads.importing.values import Moment, Value
from leads.models import Arm, Channel, Draw, Experiment, Inquiry, Lead

COUNTS = ("read", "created", "known", "refused", "engaged", "won")
BATCH = 1_000


@dataclass(frozen=True, kw_only=True)
class TestMapping:
    """``control``: the value of ``arm`` that names the hold-out. Without an ``external_id`` the row's number is
    the key: rows that repeat an earlier one are people of their own."""

    system: str
    table: Table
    name: str
    arm: Value
    control: str
    drawn_at: Moment
    external_id: Value | None
    engaged: Value | None
    won: Value | None
    amount: Value | None


@dataclass(frozen=True, kw_only=True)
class Person:
    row: Row
    key: str
    arm: str
    at: datetime
    engaged: bool
    deal: DealFacts | None


def import_test(*, file: Path, mapping_file: Path, refused_file: Path, now: datetime) -> dict[str, Any]:
    """A summary. Raises ImportFailed before anything is written; after that only single rows are refused. Running it
    again adds nothing."""
    mapping = read_test_mapping(mapping_file, file)
    experiment, arms = _experiment(mapping, now)
    counts: Counter[str] = Counter()
    currency = Company.current().currency
    with RefusedFile(refused_file, mapping.table.header(), inputs=(file, mapping_file)) as refused:
        for batch in _batches(enumerate(mapping.table.rows(), start=1)):
            people = []
            for number, row in batch:
                try:
                    people.append(_person(row, number, mapping, currency, now))
                except RowRefused as error:
                    refused.add(row, error.reasons)
                    counts["refused"] += 1
            counts["read"] += len(batch)
            with holding():
                counts += _take(people, experiment, arms)
        return refused.summary(counts, COUNTS)


def _batches(rows: Iterable[tuple[int, Row]]) -> Iterator[list[tuple[int, Row]]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def read_test_mapping(path: Path, file: Path) -> TestMapping:
    with in_mapping(path):
        section = read_json(path)
        common = read_common(section, file)
        mapping = _mapping(section, common)
        section.finish()
    header = common.table.header()
    with in_mapping(path):
        common.check_columns(header)
    return mapping


def _mapping(section: Section, common: Common) -> TestMapping:
    optional = ("external_id", "engaged", "won", "amount")
    mapping = TestMapping(
        system=common.system,
        table=common.table,
        name=section.take("name", text),
        arm=section.take("arm", common.value),
        control=section.take("control", text),
        drawn_at=section.take("drawn_at", common.moment),
        **{name: section.optional(name, common.value) for name in optional},
    )
    if len(mapping.name) > 200:
        raise MappingWrong("“name” has more than 200 characters")
    return mapping


def _experiment(mapping: TestMapping, now: datetime) -> tuple[Experiment, dict[str, Arm]]:
    """Reads the file once to know the arms, which are taken to have been planned equal."""
    names: dict[str, None] = {}
    started = None
    for row in mapping.table.rows():
        if row.complete and (name := mapping.arm.text(row.values)):
            names.setdefault(name)
            started = started or _began(mapping, row, now)
        if len(names) > 50:
            raise ImportFailed(f"{mapping.table.path}: “arm” has more than 50 values. Is it the right column?")
    if mapping.control not in names:
        known = ", ".join(names) or "none"
        raise ImportFailed(f"{mapping.table.path}: no row has the control “{mapping.control}”. The arms are: {known}.")
    with transaction.atomic():
        experiment, _ = Experiment.objects.get_or_create(
            key=slugify(mapping.system), defaults={"name": mapping.name, "started_at": started or now}
        )
        for place, name in enumerate(names):
            Arm.objects.get_or_create(
                experiment=experiment, key=slugify(name)[:100] or f"arm-{place}",
                defaults={"name": name[:100], "control": name == mapping.control, "position": place},
            )  # fmt: skip
    return experiment, {arm.name: arm for arm in experiment.arms.all()}


def _began(mapping: TestMapping, row: Row, now: datetime) -> datetime | None:
    try:
        return mapping.drawn_at.at(row.values, now=now)
    except RowRefused:
        return None


def _person(row: Row, number: int, mapping: TestMapping, currency: str, now: datetime) -> Person:
    values, reasons = row.values, Reasons()
    arm, at, engaged, deal = mapping.arm.text(values), None, False, None
    if not arm:
        reasons.found.append(f"{mapping.arm.name}: blank, so nobody knows what this person got.")
    with reasons:
        at = mapping.drawn_at.at(values, now=now)
        if at is None:
            raise RowRefused(f"{mapping.drawn_at.name}: blank, so nobody knows when this person was drawn.")
    with reasons:
        engaged = mapping.engaged.flag(values) if mapping.engaged else False
    key = f"{mapping.system}:{mapping.external_id.text(values) if mapping.external_id else number}"[:200]
    with reasons:
        if mapping.won and mapping.won.flag(values) and at:
            deal = DealFacts(
                outcome=Status.WON, closed_at=at, converted_at=at, account=key, name=key,
                amount=mapping.amount.amount(values) if mapping.amount else None, currency=currency, lost_reason="",
                owner=None,
            )  # fmt: skip
    reasons.check()
    assert at is not None  # noqa: S101 - else refused above
    return Person(row=row, key=key, arm=arm, at=at, engaged=engaged, deal=deal)


@transaction.atomic
def _take(people: Iterable[Person], experiment: Experiment, arms: dict[str, Arm]) -> Counter[str]:
    by_key = {person.key: person for person in people}
    known = set(Inquiry.objects.filter(external_id__in=by_key).values_list("external_id", flat=True))
    new = [person for key, person in by_key.items() if key not in known]
    leads = Lead.objects.bulk_create(_lead(person) for person in new)
    pairs = list(zip(new, leads, strict=True))
    Inquiry.objects.bulk_create(_inquiry(person, lead) for person, lead in pairs)
    Draw.objects.bulk_create(
        Draw(experiment=experiment, arm=arms[person.arm], lead=lead, drawn_at=person.at) for person, lead in pairs
    )
    for person, lead in pairs:
        if person.deal:
            record_deal(lead=lead, facts=person.deal)
    return Counter(
        created=len(new), known=len(known), engaged=sum(person.engaged for person in new),
        won=sum(person.deal is not None for person in new),
    )  # fmt: skip


def _lead(person: Person) -> Lead:
    return Lead(
        last_name=person.key[:100], stage_changed_at=person.at, first_inquiry_at=person.at, last_inquiry_at=person.at,
        engaged_at=person.at if person.engaged else None, created_at=person.at,
    )  # fmt: skip


def _inquiry(person: Person, lead: Lead) -> Inquiry:
    return Inquiry(
        lead=lead, channel=Channel.IMPORT, payload=person.row.values, received_at=person.at, external_id=person.key
    )
