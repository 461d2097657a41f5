"""Answers come in, the policy decides, and whoever meets it goes straight to sales."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.campaigns.models import Path
from crm.people.models import User
from crm.web.holding import held, holding
from leads.answers import InvalidAnswer, clean_value
from leads.asking import applies
from leads.conditions import all_conditions, known_values
from leads.evaluation import Facts, Verdict, evaluate
from leads.facts import all_answers, current_answers, engagement_of, facts_of, newest, questions_by_id
from leads.models import Answer, Decision, Inquiry, Lead, PolicyPurpose, Provenance, Question, Stage
from leads.services.lifecycle import move_lead, reopen_lead
from leads.services.marks import mark_engaged, mark_touched
from leads.services.policies import InForce, policy_in_force, verdict_for
from leads.services.routing import route_lead

# Answers by which anybody may say anything: those that nobody asked for are dropped.
POSTED = {Provenance.FORM, Provenance.API}
# Said by the lead, to us.
OWN_WORDS = (Provenance.FORM, Provenance.LINK, Provenance.CALL)


class AnswersRefused(ValueError):
    """``errors``: question key to message. Nothing was stored."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{key}: {message}" for key, message in errors.items()))


def clean_answers(answers: Mapping[str, Any]) -> dict[Question, Any]:
    """Values as they are stored, by question; blank ones are left out (not answered). Raises AnswersRefused."""
    given = {key: raw for key, raw in answers.items() if raw not in ("", None, [])}
    if not given:
        return {}
    known = {question.key: question for question in _active_questions() if question.key in given}
    errors = {key: "There is no such question." for key in given if key not in known}
    cleaned = {}
    for key, question in known.items():
        try:
            cleaned[question] = clean_value(question, given[key])
        except InvalidAnswer as error:
            errors[key] = str(error)
    if errors:
        raise AnswersRefused(errors)
    return cleaned


def wanted_answers(
    *, lead: Lead, cleaned: Mapping[Question, Any], provenance: str, fresh: bool = False
) -> Mapping[Question, Any]:
    """Without what a prospect or a program posted to questions whose conditions don't hold; what a rep, an import or an
    answer to our mail says is taken as said. ``fresh``: the lead has no answers yet."""
    conditions = all_conditions() if provenance in POSTED else {}
    if not any(question.key in conditions for question in cleaned):
        return cleaned
    before = {} if fresh else known_values(current_answers(lead))
    known = {**before, **{question.key: value for question, value in cleaned.items()}}
    return {question: value for question, value in cleaned.items() if applies(question.key, conditions, known)}


@held
def _active_questions() -> list[Question]:
    return [question for question in questions_by_id().values() if question.active]


def store_answers(
    *,
    lead: Lead,
    cleaned: Mapping[Question, Any],
    provenance: str,
    now: datetime,
    by: User | None = None,
    inquiry: Inquiry | None = None,
) -> list[Answer]:
    """Answers of their own make the lead a prospect. The caller holds the lead's lock."""
    if cleaned and provenance in OWN_WORDS:
        mark_engaged(lead=lead, now=now)
    return Answer.objects.bulk_create(
        Answer(
            lead=lead, question=question, value=value, provenance=provenance, answered_at=now, by=by, inquiry=inquiry
        )
        for question, value in cleaned.items()
    )


@holding()
@transaction.atomic
def give_answers(
    *,
    lead: Lead,
    answers: Mapping[str, Any],
    provenance: str,
    now: datetime,
    by: User | None = None,
    inquiry: Inquiry | None = None,
    route: bool = True,
) -> Decision | None:
    """Record ``answers`` (question key to raw value) and decide at once. What a lead says on a call that a rep made
    comes after a touch; what comes with an inquiry does not. Raises AnswersRefused."""
    cleaned = clean_answers(answers)
    locked = Lead.objects.lock_live(lead.pk)
    wanted = wanted_answers(lead=locked, cleaned=cleaned, provenance=provenance)
    store_answers(lead=locked, cleaned=wanted, provenance=provenance, now=now, by=by, inquiry=inquiry)
    if wanted and provenance == Provenance.CALL and inquiry is None:
        mark_touched(lead=locked, now=now)
    return evaluate_lead(lead=locked, now=now, by=by, route=route)


@transaction.atomic
def evaluate_lead(
    *,
    lead: Lead,
    now: datetime,
    by: User | None = None,
    route: bool = True,
    answers: list[Answer] | None = None,
    researched: bool = False,
    only_if_new: bool = False,
) -> Decision | None:
    """Decide by the marketing policy in force for the lead and record it; None where there is none. An unqualified lead
    that meets it becomes MQL and is routed, a disqualified one is reopened for it; one with sales only gets the score.
    ``answers``: all that the lead ever gave, oldest first, where the caller has them. ``researched``: a rep found out
    what is decided about. ``only_if_new``: None too where the newest decision by this policy says the same."""
    force = policy_in_force(campaign_id=lead.campaign_id)
    if force is None:
        return None
    answers = all_answers(lead) if answers is None else answers
    engagement = engagement_of(lead, force.definition.engagement)
    facts = facts_of(lead, newest(answers), now=now, engagement=engagement)
    verdict = evaluate(force.definition, facts)
    if only_if_new and not _is_new(lead, force, verdict):
        return None
    decision = _record(lead, force, verdict, facts, now)
    if verdict.qualified and lead.stage in (Stage.UNQUALIFIED, Stage.DISQUALIFIED):
        own = newest(answer for answer in answers if answer.provenance != Provenance.RESEARCH)
        path = _path(lead, force, facts_of(lead, own, now=now, engagement=engagement), researched)
        _send_to_sales(lead, path=path, now=now, by=by, route=route)
    return decision


def _is_new(lead: Lead, force: InForce, verdict: Verdict) -> bool:
    last = lead.decisions.filter(policy=force.policy).order_by("-decided_at", "-pk").first()
    return last is None or (last.qualified, last.score, last.outcomes) != (
        verdict.qualified,
        verdict.score,
        [result.outcome for result in verdict.results],
    )


def _record(lead: Lead, force: InForce, verdict: Verdict, facts: Facts, now: datetime) -> Decision:
    if verdict.score != lead.score and force.policy.purpose == PolicyPurpose.MARKETING:
        Lead.objects.filter(pk=lead.pk).update(score=verdict.score)
        lead.score = verdict.score
    return Decision.objects.create(
        lead=lead,
        policy=force.policy,
        decided_at=now,
        qualified=verdict.qualified,
        score=verdict.score,
        facts={subject: fact.as_json() for subject, fact in facts.items()},
        results=[result.as_json() for result in verdict.results],
    )


def _send_to_sales(lead: Lead, *, path: str, now: datetime, by: User | None, route: bool) -> None:
    if lead.stage == Stage.DISQUALIFIED:
        reopen_lead(lead=lead, by=by, now=now, note="Qualified by new answers")
    move_lead(lead=lead, to=Stage.MQL, by=by, now=now, path=path)
    if route and lead.owner is None:
        route_lead(lead=lead, now=now)


def _path(lead: Lead, force: InForce, own: Facts, researched: bool) -> str:
    """How a lead that meets the policy got there: after a touch or a call, by what it said and did itself (``own``), or
    by a rep's research."""
    if lead.touched_at:
        return Path.NURTURED
    if not researched and evaluate(force.definition, own).qualified:
        return Path.SELF_QUALIFIED
    return Path.RESEARCHED


def sales_verdict(lead: Lead, *, now: datetime) -> Verdict | None:
    """Readiness to convert, by the sales policy in force."""
    return verdict_for(lead, purpose=PolicyPurpose.SALES, now=now)
