"""What a policy, in force or not, would say of a lead now. Nothing is recorded."""

from dataclasses import dataclass
from datetime import datetime

from leads.criterion_lines import CriterionLine, lines_of
from leads.criterion_words import with_choices
from leads.evaluation import Verdict, evaluate
from leads.facts import current_answers, definition_of, engagement_of, facts_of
from leads.models import Lead, Policy
from leads.reaching import reachable


@dataclass(frozen=True)
class Trial:
    verdict: Verdict
    lines: list[CriterionLine]
    reachable: bool


def try_on(policy: Policy, lead: Lead, *, now: datetime) -> Trial:
    criteria = with_choices(policy)
    definition, answers = definition_of(policy, criteria), current_answers(lead)
    engagement = engagement_of(lead, definition.engagement)
    verdict = evaluate(definition, facts_of(lead, answers, now=now, engagement=engagement))
    return Trial(verdict, lines_of(definition, verdict, answers), reachable(definition, verdict))
