"""Questions that pages ask about leads."""

from dataclasses import dataclass
from datetime import datetime

from leads.conditions import all_conditions, judged_questions, known_values, questions_to_ask_next
from leads.criterion_lines import CriterionLine, lines_of
from leads.evaluation import UNKNOWN, Verdict, evaluate
from leads.facts import current_answers, engagement_of, facts_of
from leads.models import Lead, Policy, PolicyPurpose, Question
from leads.reaching import reachable, worth_asking
from leads.services.policies import policy_in_force


@dataclass(frozen=True)
class Panel:
    policy: Policy
    criteria: list[CriterionLine]
    verdict: Verdict
    ask_next: list[Question]
    reachable: bool

    @property
    def percent(self) -> int:
        """The score as a share of the threshold, at most 100."""
        return min(100, round(100 * max(self.verdict.score, 0) / max(self.policy.threshold, 1)))


def qualification_panel(lead: Lead, *, now: datetime, purpose: str = PolicyPurpose.MARKETING) -> Panel | None:
    """What each criterion of the policy in force says of the lead, and what to ask next; None without a policy."""
    force = policy_in_force(purpose, lead.campaign_id)
    if force is None:
        return None
    answers, definition = current_answers(lead), force.definition
    engagement = engagement_of(lead, definition.engagement)
    verdict = evaluate(definition, facts_of(lead, answers, now=now, engagement=engagement))
    conditions = all_conditions()
    questions = judged_questions(verdict, conditions)
    lines = lines_of(definition, verdict, answers, questions)
    unknown = [result.question for result in verdict.results if result.outcome == UNKNOWN]
    wanted = [*worth_asking(definition, verdict), *unknown]
    ask_next = questions_to_ask_next(wanted, conditions, known_values(answers), questions)
    return Panel(force.policy, lines, verdict, ask_next, reachable(definition, verdict))
