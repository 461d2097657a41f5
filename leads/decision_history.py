"""Decisions about a lead, as a rep tells them: when, by which version, how many points, and why."""

from dataclasses import dataclass
from typing import Any

from leads.evaluation import MET, UNKNOWN
from leads.models import Decision, Lead

SHOWN = 30


@dataclass(frozen=True)
class Told:
    """``counted``: labels of what counted, with points. ``missing`` and ``against``: what was unknown, and what spoke
    against it."""

    decision: Decision
    counted: list[str]
    missing: list[str]
    against: list[str]

    @property
    def why(self) -> str:
        if self.decision.qualified:
            return "Enough points, and every must-have met."
        must = [result["label"] for result in self.decision.results if result["must_have"] and result["outcome"] != MET]
        if must:
            return f"Must-have not met: {', '.join(must)}."
        return f"{self.decision.policy.threshold - self.decision.score} points short."


def history_of(lead: Lead) -> list[Told]:
    """The newest first, also those of leads that were merged into this one."""
    decisions = Decision.objects.filter(lead__in=Lead.objects.same_person(lead)).select_related("policy__campaign")
    return [_told(decision) for decision in decisions.order_by("-decided_at", "-pk")[:SHOWN]]


def _told(decision: Decision) -> Told:
    results = decision.results
    return Told(
        decision,
        counted=[f"{r['label']} ({_points(r)})" for r in results if r["outcome"] == MET],
        missing=[r["label"] for r in results if r["outcome"] == UNKNOWN],
        against=[r["label"] for r in results if r["outcome"] not in (MET, UNKNOWN)],
    )


def _points(result: dict[str, Any]) -> str:
    """Decisions from before points could fade have no ``counted``."""
    counted = result.get("counted", result["points"])
    return str(counted) if counted == result["points"] else f"{counted} of {result['points']}"
