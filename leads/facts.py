"""From records to the plain facts and definitions that ``leads.evaluation`` judges."""

from collections.abc import Iterable

from leads.evaluation import CriterionRule, Fact, Facts, PolicyDefinition
from leads.models import Answer, Lead, Policy


def current_answers(lead: Lead) -> dict[str, Answer]:
    """The newest answer to each question by its key."""
    return newest(all_answers(lead))


def all_answers(lead: Lead) -> list[Answer]:
    """Oldest first."""
    return list(lead.answers.select_related("question", "by").order_by("answered_at", "pk"))


def newest(answers: Iterable[Answer]) -> dict[str, Answer]:
    """Of answers in order of time, the last to each question by its key."""
    return {answer.question.key: answer for answer in answers}


def facts_of(lead: Lead, answers: dict[str, Answer]) -> Facts:
    fields = {
        "source": lead.source.key if lead.source else "",
        "campaign": lead.campaign.key if lead.campaign else "",
        "country": lead.country,
        "company": lead.company,
        "job_title": lead.job_title,
        "email": lead.email,
        "phone": lead.phone,
    }
    known = {f"field:{name}": Fact(value) for name, value in fields.items() if value}
    return known | {f"answer:{key}": _fact(answer) for key, answer in answers.items()}


def _fact(answer: Answer) -> Fact:
    return Fact(
        value=answer.value,
        provenance=answer.provenance,
        at=answer.answered_at.isoformat(),
        by=str(answer.by) if answer.by else "",
    )


def definition_of(policy: Policy) -> PolicyDefinition:
    return PolicyDefinition(
        threshold=policy.threshold,
        rules=[
            CriterionRule(
                criterion=criterion.pk,
                label=criterion.label,
                subject=f"answer:{criterion.question.key}" if criterion.question else f"field:{criterion.field}",
                operator=criterion.operator,
                value=criterion.value,
                points=criterion.points,
                must_have=criterion.must_have,
            )
            for criterion in policy.criteria.all()
        ],
    )
