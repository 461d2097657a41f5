"""What happened to leads like this one: of the same path and source."""

from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db import connection

from leads.models import Lead

# The leads are counted in the index ``lead_path_source_stage`` alone, the wins read from ``opportunity_won``; joined
# are only leads that were converted. Wins are read once: looked up one by one, 25,000 of them take twice as long.
_OUTCOMES = """
WITH won AS MATERIALIZED (SELECT id, closed_at FROM opportunities_opportunity WHERE status = 'won')
SELECT
    (SELECT COUNT(*) FROM leads_lead l WHERE {alike}),
    COUNT(*),
    COUNT(o.id),
    {days}
FROM leads_lead l
JOIN leads_conversion c ON c.lead_id = l.id
LEFT JOIN won o ON o.id = c.opportunity_id
WHERE {alike} AND l.stage = 'converted'
"""
# SQLite has no median: it lists the days, which are few there.
_DAYS = {
    "postgresql": "EXTRACT(EPOCH FROM "
    "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY o.closed_at - c.converted_at)) / 86400",
    "sqlite": "GROUP_CONCAT(julianday(o.closed_at) - julianday(c.converted_at))",
}


@dataclass(frozen=True)
class SimilarOutcomes:
    """How many there are, were converted, were won; median days from conversion to won."""

    leads: int
    converted: int
    won: int
    median_days: float | None


def similar_outcomes(lead: Lead) -> SimilarOutcomes:
    """One query. Without the lead itself and without tombstones; a lead that never reached sales is like no other."""
    if not lead.path:
        return SimilarOutcomes(0, 0, 0, None)
    source = "l.source_id = %s" if lead.source_id else "l.source_id IS NULL"
    alike = f"l.path = %s AND {source} AND l.merged_into_id IS NULL AND l.id <> %s"
    given: list[str | int] = [lead.path, *([lead.source_id] if lead.source_id else []), lead.pk]
    with connection.cursor() as cursor:
        cursor.execute(_OUTCOMES.format(alike=alike, days=_DAYS[connection.vendor]), given * 2)
        leads, converted, won, days = cursor.fetchone()
    return SimilarOutcomes(leads, converted, won, _median(days))


def _median(days: Any) -> float | None:
    if days is None:
        return None
    return median(float(one) for one in days.split(",")) if isinstance(days, str) else float(days)
