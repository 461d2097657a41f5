"""Facts are written anew for leads that have changed: by a sweep, a chunk at a time, or for all of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, Model, OuterRef, QuerySet

from crm.opportunities.models import Opportunity
from crm.people.models import Company
from leads.models import Answer, Conversion, Draw, Inquiry, Lead, StageChange
from nurture.models import CallAttempt, CallTask, Enrollment, Touch
from reports.facts.columns import MADE, NAMES, Yardsticks, computed
from reports.facts.reading import rolled_up
from reports.models import ChangedLead, LeadFact

CHUNK = 5_000
LOCK = 6_0317  # of this subject, among PostgreSQL's advisory locks
TABLE = LeadFact._meta.db_table
READ = (
    Lead, Inquiry, Answer, StageChange, Conversion, Draw, Opportunity, Enrollment, Touch, CallTask, CallAttempt,
)  # fmt: skip
COLUMNS = [str(field.column) for field in LeadFact._meta.concrete_fields]


def sweep() -> int:
    """Returns how many leads it wrote anew; none where another process is at it."""
    written = 0
    while rolled_up() and (chunk := _chunk()):
        written += chunk
    return written


def rebuild(*, chunk: int = 50_000) -> Iterator[int]:
    """Every lead's facts, however they are now, and none of leads that are gone. Yields how many leads are done.
    Nothing waits for it."""
    _analyze(*READ)
    done = 0
    for leads, ids in _ranges(chunk) if rolled_up() else ():
        with _alone():
            _write(**ids)
        done += leads
        yield done
    _analyze(LeadFact, ChangedLead)


def _ranges(chunk: int) -> Iterator[tuple[int, dict[str, int]]]:
    """``chunk`` leads in each, however far apart their ids are; together they are all ids that there can be."""
    ids: dict[str, int] = {}
    while len(found := _first_ids(ids, chunk)) == chunk:
        yield chunk, ids | {"lead_id__lte": found[-1]}
        ids = {"lead_id__gt": found[-1]}
    yield len(found), ids


def _first_ids(ids: dict[str, int], count: int) -> list[int]:
    found = Lead.objects.filter(**{name.replace("lead_id", "pk"): value for name, value in ids.items()})
    return list(found.order_by("pk").values_list("pk", flat=True)[:count])


def _analyze(*models: type[Model]) -> None:
    """After a large import the database would plan for the few rows that there were: hours instead of a minute."""
    if rolled_up():
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in models)}")


def differences() -> int:
    """How many rows differ from what is computed now, those aside that the sweep has still to do."""
    waiting = ChangedLead.objects.values("lead_id")
    kept = LeadFact.objects.exclude(lead__in=waiting).order_by().values_list(*NAMES)
    made = _computed(Lead.objects.exclude(pk__in=waiting))
    return len({row[0] for row in [*kept.difference(made), *made.difference(kept)]})


def _chunk() -> int:
    with _alone(wait=False) as mine:
        changed = set(ChangedLead.objects.order_by("pk").values_list("lead_id", flat=True)[:CHUNK]) if mine else set()
        if changed:
            _write(lead_id__in=changed)
    return len(changed)


@contextmanager
def _alone(*, wait: bool = True) -> Iterator[bool]:
    """One transaction in which nobody else writes facts: an older state never overwrites a newer one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_{'' if wait else 'try_'}advisory_xact_lock(%s)", [LOCK])
        yield wait or bool(cursor.fetchone()[0])


def _write(**which: Any) -> None:
    """``which`` leads, by ``lead_id``. What was noted of them goes first: a change that comes in between is noted
    again. Then one statement, and only rows that are to change."""
    ChangedLead.objects.filter(**which).delete()
    ids = {name.replace("lead_id", "pk"): value for name, value in which.items()}
    select, parameters = _computed(Lead.objects.filter(**ids)).query.sql_with_params()
    ours, new = (", ".join(f"{table}.{column}" for column in COLUMNS) for table in (TABLE, "EXCLUDED"))
    changes = ", ".join(f"{column} = EXCLUDED.{column}" for column in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) {select} ON CONFLICT (lead_id) DO UPDATE SET {changes} "
            f"WHERE ({ours}) IS DISTINCT FROM ({new})",
            parameters,
        )
    live = Lead.objects.live().filter(pk=OuterRef("pk"))
    LeadFact.objects.filter(~Exists(live), **which).delete()


def _computed(leads: Any) -> QuerySet[Any, Any]:
    """In the order of NAMES."""
    live = leads.filter(merged_into=None).order_by()
    return live.annotate(lead=F("pk"), **computed(Yardsticks(Company.current()), MADE)).values_list(*NAMES)
