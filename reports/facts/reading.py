"""Leads counted by their facts, in one statement: by the rows that are up to date, and where a lead has changed since
its row was written, by its records. So figures are exact, however far behind the rows are.
"""

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import chain
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from crm.people.models import User
from leads.models import Lead
from reports.facts.columns import computed
from reports.filters import LeadFilters
from reports.models import ChangedLead, LeadFact

ALL = Q()


def rolled_up() -> bool:
    """Only PostgreSQL keeps the rows: its triggers say which leads have changed. Elsewhere all is computed."""
    return connection.vendor == "postgresql"


def counted(
    *columns: str, user: User | None, filters: LeadFilters, where: Q | None = None, only: Q = ALL, **sums: Any
) -> list[dict[str, Any]]:
    """Sums over the leads that ``user`` may see (None: all) and that meet ``where`` (None: what ``filters`` say) and
    ``only``, for each combination of ``columns``. All of them are made of fields of ``LeadFact``. One query."""
    condition = (filters.condition if where is None else where) & only
    return _added_up(columns, tuple(sums), _summed(columns, sums, condition, user=user, filters=filters))


def counted_by_each(
    *sets: tuple[str, ...], user: User | None, filters: LeadFilters, **counts: Any
) -> list[list[dict[str, Any]]]:
    """As ``counted`` for each of several sets of columns, in one query that reads leads once: they are counted by all
    columns, and those counts, which are few, by each set."""
    columns = [*dict.fromkeys(chain(*sets))]
    rows = _summed(columns, counts, filters.condition, user=user, filters=filters)
    sql, parameters = rows.query.sql_with_params()
    names = [*columns, *counts]
    selects = (_of_set(place, chosen, columns, counts) for place, chosen in enumerate(sets))
    found: list[list[dict[str, Any]]] = [[] for _ in sets]
    with connection.cursor() as cursor:
        cursor.execute(f"WITH f ({', '.join(names)}) AS ({sql}) {' UNION ALL '.join(selects)}", parameters)
        for place, *row in cursor.fetchall():
            figures = dict(zip(names, row, strict=True))
            found[place].append({name: figures[name] for name in (*sets[place], *counts)})
    return found


def _of_set(place: int, chosen: tuple[str, ...], columns: Iterable[str], counts: Iterable[str]) -> str:
    """Columns of other sets are looked at by nobody: MIN gives them their type. The names are those of fields."""
    shown = (column if column in chosen else f"MIN({column})" for column in columns)
    sums = (f"CAST(SUM({name}) AS BIGINT)" for name in counts)
    return f"SELECT {place}, {', '.join([*shown, *sums])} FROM f GROUP BY {', '.join(chosen)}"  # noqa: S608


def _summed(
    columns: Iterable[str], sums: dict[str, Any], condition: Q, *, user: User | None, filters: LeadFilters
) -> QuerySet[Any, Any]:
    """Of both parts, one below the other."""
    names = {*columns}.union(*map(names_in, [condition, *sums.values()]))
    first, *others = (
        leads.filter(condition).order_by().values(*columns).annotate(**sums).values_list(*columns, *sums)
        for leads in both_parts(user=user, filters=filters, names=names)
    )
    return first.union(*others, all=True) if others else first


def spread(*columns: str, user: User | None, filters: LeadFilters) -> list[tuple[str, int, int]]:
    """Column, value and the number of leads, for each value that each column has. One query, which reads leads once."""
    condition = filters.condition
    known = reduce(or_, (Q(**{f"{column}__isnull": False}) for column in columns))
    first, *others = (
        leads.filter(condition, known).order_by().values_list(*columns)
        for leads in both_parts(user=user, filters=filters, names={*columns} | names_in(condition))
    )
    sql, parameters = (first.union(*others, all=True) if others else first).query.sql_with_params()
    # The names are those of fields.
    counts = (f"SELECT %s, {name}, COUNT(*) FROM f WHERE {name} IS NOT NULL GROUP BY {name}" for name in columns)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH f ({', '.join(columns)}) AS ({sql}) {' UNION ALL '.join(counts)}", [*parameters, *columns]
        )
        return cursor.fetchall()


def both_parts(*, user: User | None, filters: LeadFilters, names: Iterable[str]) -> Iterator[QuerySet[Any]]:
    """Leads that have ``names``: by their rows, and by their records. No lead is in both parts."""
    leads = Lead.objects.live()
    if rolled_up():
        changed = ChangedLead.objects.all()
        yield _seen(LeadFact.objects.filter(~Exists(changed.filter(lead_id=OuterRef("lead_id")))), user)
        leads = leads.filter(pk__in=changed.values("lead_id"))
    yield _seen(leads.annotate(**computed(filters.yardsticks, names)), user)


def _seen(leads: QuerySet[Any], user: User | None) -> QuerySet[Any]:
    return leads.visible_to(user) if user else leads  # type: ignore[attr-defined]


def names_in(expression: Any) -> set[str]:
    """The fields that it looks at."""
    if isinstance(expression, tuple):  # of a Q: began_on__gte and a day
        return {expression[0].partition("__")[0]}
    if isinstance(expression, Q):
        return set().union(*map(names_in, expression.children))
    if isinstance(expression, F):
        return {str(expression.name)}  # type: ignore[attr-defined]
    return set().union(*map(names_in, filter(None, expression.get_source_expressions())))


def _added_up(columns: tuple[str, ...], sums: tuple[str, ...], rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Both parts together."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        key, figures = row[: len(columns)], row[len(columns) :]
        known = found.get(key)
        found[key] = [_plus(a, b) for a, b in zip(known, figures, strict=True)] if known else list(figures)
    return [dict(zip((*columns, *sums), (*key, *figures), strict=True)) for key, figures in found.items()]


def _plus(one: Any, other: Any) -> Any:
    """Sums of nothing are null."""
    return other if one is None else one if other is None else one + other
