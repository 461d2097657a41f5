"""From records to the plain facts and definitions that ``leads.evaluation`` judges."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from crm.campaigns.models import Campaign, Source
from crm.people.models import User
from crm.web.holding import held, kept
from crm.web.quick import asking, instances_of, run
from leads.evaluation import CriterionRule, Fact, Facts, PolicyDefinition
from leads.models import Answer, Criterion, Lead, Policy, Question
from leads.models.question import QuestionKind

# Times of engagement by subject, newest first.
Engagements = Mapping[str, Sequence[datetime]]


MAX_ENGAGEMENTS = 1_000  # of one lead, the newest: more than any criterion asks for


def current_answers(lead: Lead) -> dict[str, Answer]:
    """The newest answer to each question by its key."""
    return newest(all_answers(lead))


def all_answers(lead: Lead) -> list[Answer]:
    """Oldest first, with their questions and people: those are few and answers many, so they are not joined."""
    answers = list(instances_of(Answer, *run([asking(_answers_of, lead.pk)])))
    questions, users = questions_by_id(), _users(frozenset(answer.by_id for answer in answers if answer.by_id))
    for answer in answers:
        answer.question, answer.by = questions[answer.question_id], users.get(answer.by_id)
    return answers


def _answers_of(lead: int) -> QuerySet[Answer]:
    return Answer.objects.filter(lead=lead).order_by("answered_at", "pk")


@held
def _users(ids: frozenset[int]) -> dict[int | None, User]:
    return {user.pk: user for user in User.objects.filter(pk__in=ids)} if ids else {}


@kept("leads_question", "leads_choice")
def questions_by_id() -> dict[int, Question]:
    return {question.pk: question for question in Question.objects.prefetch_related("choices")}


def newest(answers: Iterable[Answer]) -> dict[str, Answer]:
    """Of answers in order of time, the last to each question by its key."""
    return {answer.question.key: answer for answer in answers}


def engagement_of(lead: Lead, subjects: Collection[str]) -> Engagements:
    """Of each of ``subjects``, as ``PolicyDefinition.engagement`` names them. No query where there are none."""
    if not subjects:
        return {}
    found: dict[str, list[datetime]] = {subject: [] for subject in subjects}
    kinds = {subject.split(":")[1] for subject in subjects}
    rows = lead.engagements.filter(kind__in=kinds).order_by("-at", "-pk")[:MAX_ENGAGEMENTS]
    for engagement in rows:
        for subject in engagement.subjects:
            if subject in found:
                found[subject].append(engagement.at)
    return found


def facts_of(
    lead: Lead, answers: Mapping[str, Answer], *, now: datetime, engagement: Engagements | None = None
) -> Facts:
    """As of ``now``: answers and engagement of later have age 0, so leave them out for a look into the past."""
    fields = {
        "source": _key(lead, "source"),
        "campaign": _key(lead, "campaign"),
        "country": lead.country,
        "company": lead.company,
        "job_title": lead.job_title,
        "email": lead.email,
        "phone": lead.phone,
    }
    facts = {f"field:{name}": Fact(value) for name, value in fields.items() if value}
    moments = {"first_inquiry": lead.first_inquiry_at, "last_inquiry": lead.last_inquiry_at}
    facts |= {f"age:{name}": Fact(age_in_days(at, now), at=at.isoformat()) for name, at in moments.items() if at}
    return (
        facts
        | answer_facts(answers, now)
        | {subject: engagement_fact(times, now) for subject, times in (engagement or {}).items()}
    )


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


def answer_facts(answers: Mapping[str, Answer], now: datetime) -> dict[str, Fact]:
    return {f"answer:{key}": _answer_fact(answer, now) for key, answer in answers.items()}


def age_in_days(at: datetime, now: datetime) -> int:
    """Whole days, never negative."""
    return max((now - at).days, 0)


def engagement_fact(times: Sequence[datetime], now: datetime) -> Fact:
    """``times``: newest first."""
    ages = tuple(age_in_days(at, now) for at in times)
    return Fact(len(ages), at=times[0].isoformat() if times else "", ages=ages, age=ages[0] if ages else None)


def _answer_fact(answer: Answer, now: datetime) -> Fact:
    return Fact(
        value=answer.value,
        provenance=answer.provenance,
        at=answer.answered_at.isoformat(),
        by=str(answer.by) if answer.by else "",
        age=age_in_days(answer.answered_at, now),
    )


def definition_of(policy: Policy, criteria: Iterable[Criterion] | None = None) -> PolicyDefinition:
    """``criteria``: those of the policy with their questions, where the caller has read them."""
    if criteria is None:
        criteria = policy.criteria.select_related("question")
    return PolicyDefinition(
        threshold=policy.threshold,
        rules=[
            CriterionRule(
                criterion=criterion.pk,
                label=criterion.label,
                subject=criterion.subject,
                operator=criterion.operator,
                value=criterion.value,
                points=criterion.points,
                must_have=criterion.must_have,
                within_days=criterion.within_days,
                half_life_days=criterion.half_life_days,
                several=bool(criterion.question and criterion.question.kind == QuestionKind.CHOICES),
            )
            for criterion in criteria
        ],
    )
