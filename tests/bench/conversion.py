"""Converting a lead into a new account, contact and opportunity, against the same statements sent by psycopg alone."""

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from django.db import connection, transaction

from crm.web.quick import running
from crm.web.quick.pipeline import Pipeline
from leads.models import Conversion, Lead, Stage
from leads.outcomes import similar_outcomes
from leads.services.conversion import ConversionChoice, convert_lead
from leads.services.matching import account_matches, contact_matches
from tests.bench.dataset import NOW
from tests.bench.growing import APART
from tests.bench.harness import Line, in_turns, p95, timed_once

LIMIT, MATCHING_LIMIT, OUTCOMES_LIMIT, WARM_UP = 2, 0.020, 0.050, 10
INSERTED = re.compile(r'^INSERT INTO .* RETURNING ("\w+"\.)?"id"$', re.DOTALL)


def run(size: int) -> Iterator[Line]:
    rounds = min(size // 100, 200)
    warm_up = min(rounds, WARM_UP)
    waiting = Lead.objects.filter(stage=Stage.SAL, pk__lt=min(size, 100_000)).order_by("-pk")
    leads = list(waiting.select_related("owner")[: 2 * (rounds + warm_up)])
    ours, bare = iter(leads[::2]), iter([Replay(lead) for lead in leads[1::2]])
    done = Conversion.objects.count()
    timings = in_turns(lambda: _convert(next(ours)), lambda: next(bare).run(), rounds=rounds, warm_up=warm_up)
    assert Conversion.objects.count() == done + len(leads), "a conversion is missing"
    what = f"lead converted, {Replay(_again(waiting)).count} statements"
    yield from timings.lines("conversion", size, what, limit=LIMIT)
    known = Lead.objects.filter(stage=Stage.CONVERTED).order_by("pk")[: rounds + warm_up]
    matching = [timed_once(lambda lead=lead: _matches(lead)) for lead in known][warm_up:]  # type: ignore[misc]
    yield Line("conversion", size, "account and contact matched, p95", p95(matching), limit=MATCHING_LIMIT)
    asked = [timed_once(lambda lead=lead: similar_outcomes(lead)) for lead in known][warm_up:]  # type: ignore[misc]
    yield Line("conversion", size, "what happened to leads like this one, p95", p95(asked), limit=OUTCOMES_LIMIT)


def _again(waiting: Any) -> Lead:
    return waiting.select_related("owner")[0]


def _convert(lead: Lead) -> None:
    convert_lead(lead=lead, by=lead.owner, now=NOW, choice=ConversionChoice())


def _matches(lead: Lead) -> None:
    assert account_matches(lead)
    assert contact_matches(lead)


@dataclass
class Replay:
    """What the conversion of ``lead`` sends to the database, one statement at a time: written down in a transaction
    that is undone, then sent again in one that is not. Ids of rows that it inserts are put in anew."""

    lead: Lead
    statements: list[tuple[str, Sequence[Any]]] = field(default_factory=list)
    inserted: list[int | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        with patch.object(running, "bundles", _one_by_one), transaction.atomic(), self._writing_down():
            _convert(self.lead)
            transaction.set_rollback(True)
        assert any(self.inserted), "no INSERT … RETURNING id among the statements"

    def _writing_down(self) -> AbstractContextManager[None]:
        return connection.execute_wrapper(self._write_down)

    @property
    def count(self) -> int:
        return len(self.statements)

    def run(self) -> None:
        connection.ensure_connection()
        new: dict[int, int] = {}
        with connection.connection.transaction(), connection.connection.cursor() as cursor:
            for (sql, parameters), old in zip(self.statements, self.inserted, strict=True):
                cursor.execute(sql, [_renewed(value, new) for value in parameters or ()])
                if cursor.description:
                    rows = cursor.fetchall()
                    if old is not None:
                        new[old] = rows[0][0]

    def _write_down(self, execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        result, cursor = execute(sql, parameters, many, context), context["cursor"].cursor
        self.statements.append((sql, cursor.sent if isinstance(cursor, Pipeline) else parameters))
        self.inserted.append(_last_id(cursor) if INSERTED.match(sql) else None)
        return result


def _one_by_one(statements: Sequence[Any]) -> list[list[Any]]:
    return [[statement] for statement in statements]


def _last_id(cursor: Any) -> int:
    """Looked at, not fetched."""
    return int(cursor.answers[0].rows[0][0] if isinstance(cursor, Pipeline) else cursor.pgresult.get_value(0, 0))


def _renewed(value: Any, new: dict[int, int]) -> Any:
    return new.get(value, value) if isinstance(value, int) and value > APART else value
