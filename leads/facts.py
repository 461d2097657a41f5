"""From records to the plain facts and definitions that ``leads.evaluation`` judges."""

from collections.abc import Iterable
from typing import Any

from crm.campaigns.models import Campaign, Source
from crm.people.models import User
from crm.web.holding import held
from leads.evaluation import CriterionRule, Fact, Facts, PolicyDefinition
from leads.models import Answer, Lead, Policy, Question


def current_answers(lead: Lead) -> dict[str, Answer]:
    """The newest answer to each question by its key."""
    return newest(all_answers(lead))


def all_answers(lead: Lead) -> list[Answer]:
    """Oldest first, with their questions and people: those are few and answers many, so they are not joined."""
    answers = list(lead.answers.order_by("answered_at", "pk"))
    questions, users = questions_by_id(), _users(frozenset(answer.by_id for answer in answers if answer.by_id))
    for answer in answers:
        answer.question, answer.by = questions[answer.question_id], users.get(answer.by_id)
    return answers


@held
def _users(ids: frozenset[int]) -> dict[int | None, User]:
    return {user.pk: user for user in User.objects.filter(pk__in=ids)}


@held
def questions_by_id() -> dict[int, Question]:
    return {question.pk: question for question in Question.objects.prefetch_related("choices")}


def newest(answers: Iterable[Answer]) -> dict[str, Answer]:
    """Of answers in order of time, the last to each question by its key."""
    return {answer.question.key: answer for answer in answers}


def facts_of(lead: Lead, answers: dict[str, Answer]) -> Facts:
    fields = {
        "source": _key(lead, "source"),
        "campaign": _key(lead, "campaign"),
        "country": lead.country,
        "company": lead.company,
        "job_title": lead.job_title,
        "email": lead.email,
        "phone": lead.phone,
    }
    known = {f"field:{name}": Fact(value) for name, value in fields.items() if value}
    return known | {f"answer:{key}": _fact(answer) for key, answer in answers.items()}


def _key(lead: Lead, name: str) -> str:
    """Of its source or campaign, without reading again what was read."""
    field: Any = Lead._meta.get_field(name)
    if field.is_cached(lead):
        return getattr(getattr(lead, name), "key", "")
    pk = getattr(lead, field.attname)
    return _key_of(field.related_model, pk) if pk else ""


@held
def _key_of(model: type[Source] | type[Campaign], pk: int) -> str:
    return str(model._default_manager.values_list("key", flat=True).get(pk=pk))


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
