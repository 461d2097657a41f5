"""Answers come in, the policy decides, and whoever meets it goes straight to sales."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from crm.campaigns.models import Path
from crm.people.models import User
from crm.web.holding import held, holding
from leads.answers import InvalidAnswer, clean_value
from leads.asking import applies
from leads.conditions import all_conditions, known_values
from leads.evaluation import PolicyDefinition, Verdict, evaluate
from leads.facts import all_answers, current_answers, definition_of, facts_of, newest, questions_by_id
from leads.models import Answer, Decision, Inquiry, Lead, Policy, PolicyPurpose, Provenance, Question, Stage
from leads.services.lifecycle import move_lead, reopen_lead
from leads.services.policies import active_policy, verdict_for
from leads.services.routing import route_lead

# Answers by which anybody may say anything: those that nobody asked for are dropped.
POSTED = {Provenance.FORM, Provenance.API}


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
    """The caller holds the lead's lock."""
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
    """Record ``answers`` (question key to raw value) and decide at once. Raises AnswersRefused."""
    cleaned = clean_answers(answers)
    locked = Lead.objects.lock_live(lead.pk)
    wanted = wanted_answers(lead=locked, cleaned=cleaned, provenance=provenance)
    store_answers(lead=locked, cleaned=wanted, provenance=provenance, now=now, by=by, inquiry=inquiry)
    return evaluate_lead(lead=locked, now=now, by=by, route=route)


@transaction.atomic
def evaluate_lead(
    *,
    lead: Lead,
    now: datetime,
    by: User | None = None,
    route: bool = True,
    answers: list[Answer] | None = None,
) -> Decision | None:
    """Decide by the active marketing policy and record it; None where no policy is active. An unqualified lead that
    meets it becomes MQL and is routed, a disqualified one is reopened for that; one with sales only gets the score.
    ``answers``: all that the lead ever gave, oldest first, where the caller has them."""
    policy = active_policy()
    if policy is None:
        return None
    definition = definition_of(policy)
    answers = all_answers(lead) if answers is None else answers
    facts = facts_of(lead, newest(answers))
    verdict = evaluate(definition, facts)
    decision = _record(lead, policy, verdict, {key: asdict(fact) for key, fact in facts.items()}, now)
    if verdict.qualified and lead.stage in (Stage.UNQUALIFIED, Stage.DISQUALIFIED):
        _send_to_sales(lead, path=_path(lead, definition, answers), now=now, by=by, route=route)
    return decision


def _record(lead: Lead, policy: Policy, verdict: Verdict, facts: dict[str, Any], now: datetime) -> Decision:
    if verdict.score != lead.score:
        Lead.objects.filter(pk=lead.pk).update(score=verdict.score)
        lead.score = verdict.score
    return Decision.objects.create(
        lead=lead,
        policy=policy,
        decided_at=now,
        qualified=verdict.qualified,
        score=verdict.score,
        facts=facts,
        results=[asdict(result) for result in verdict.results],
    )


def _send_to_sales(lead: Lead, *, path: str, now: datetime, by: User | None, route: bool) -> None:
    if lead.stage == Stage.DISQUALIFIED:
        reopen_lead(lead=lead, by=by, now=now, note="Qualified by new answers")
    move_lead(lead=lead, to=Stage.MQL, by=by, now=now, path=path)
    if route and lead.owner is None:
        route_lead(lead=lead, now=now)


def _path(lead: Lead, definition: PolicyDefinition, answers: list[Answer]) -> str:
    """How a lead that meets the policy got there: after a touch, by what it said itself, or by a rep's research."""
    if lead.touched_at:
        return Path.NURTURED
    said = newest(answer for answer in answers if answer.provenance != Provenance.RESEARCH)
    by_itself = evaluate(definition, facts_of(lead, said))
    return Path.SELF_QUALIFIED if by_itself.qualified else Path.RESEARCHED


def sales_verdict(lead: Lead) -> Verdict | None:
    """Readiness to convert, by the active sales policy."""
    return verdict_for(lead, purpose=PolicyPurpose.SALES)
