"""Answers come in, the policy decides, and whoever meets it goes straight to sales."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from crm.campaigns.models import Path
from crm.people.models import User
from crm.web.holding import held, holding
from crm.web.writing import change, insert, writing
from leads.answers import InvalidAnswer, clean_value
from leads.asking import applies
from leads.conditions import all_conditions, known_values
from leads.evaluation import Verdict, evaluate
from leads.facts import all_answers, answer_facts, current_answers, newest, questions_by_id
from leads.models import Answer, Decision, Inquiry, Lead, PolicyPurpose, Provenance, Question, Stage
from leads.services.lifecycle import move_lead, reopen_lead
from leads.services.marks import mark_engaged, mark_touched
from leads.services.policies import Judgment, judge, record_decision, verdict_for
from leads.services.routing import route_lead
from leads.services.telling_owners import tell_of_qualifying
from leads.timing import days_until_change

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
    return insert(
        Answer(
            lead=lead, question=question, value=value, provenance=provenance, answered_at=now, by=by, inquiry=inquiry
        )
        for question, value in cleaned.items()
    )


@holding()
@writing()
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


@writing()
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
    answers = all_answers(lead) if answers is None else answers
    current = newest(answers)
    judgment = judge(lead, purpose=PolicyPurpose.MARKETING, now=now, answers=current)
    if judgment is None:
        return None
    definition, verdict = judgment.force.definition, judgment.verdict
    _keep_score(lead, verdict.score, days_until_change(definition, judgment.facts, verdict), now)
    if only_if_new and not _is_new(lead, judgment):
        return None
    decision = record_decision(lead, judgment, now=now)
    if verdict.qualified and lead.stage in (Stage.UNQUALIFIED, Stage.DISQUALIFIED):
        path = _path(lead, judgment, answers, researched, now)
        known = {key: answer.value for key, answer in current.items()}
        _send_to_sales(lead, path=path, now=now, by=by, answers=known if route else None)
    return decision


def _is_new(lead: Lead, judgment: Judgment) -> bool:
    verdict = judgment.verdict
    last = lead.decisions.filter(policy=judgment.force.policy).order_by("-decided_at", "-pk").first()
    outcomes = [result.outcome for result in verdict.results]
    return last is None or (last.qualified, last.outcomes) != (verdict.qualified, outcomes)


def _keep_score(lead: Lead, score: int, days: int | None, now: datetime) -> None:
    again = None if days is None else now + timedelta(days=days)
    if (score, again) != (lead.score, lead.decide_again_at):
        change(lead, {"score": score, "decide_again_at": again})


def _send_to_sales(lead: Lead, *, path: str, now: datetime, by: User | None, answers: Mapping[str, Any] | None) -> None:
    """Routed by ``answers``; without, not routed."""
    if lead.stage == Stage.DISQUALIFIED:
        reopen_lead(lead=lead, by=by, now=now, note="Qualified by new answers")
    move_lead(lead=lead, to=Stage.MQL, by=by, now=now, path=path)
    if answers is not None and lead.owner is None:
        route_lead(lead=lead, now=now, answers=answers)
    else:
        tell_of_qualifying(lead, by=by, now=now)


def _path(lead: Lead, judgment: Judgment, answers: Collection[Answer], researched: bool, now: datetime) -> str:
    """How a lead that meets the policy got there: after a touch or a call, by what it said and did itself, or by a
    rep's research."""
    if lead.touched_at:
        return Path.NURTURED
    if researched:
        return Path.RESEARCHED
    own = [answer for answer in answers if answer.provenance != Provenance.RESEARCH]
    if len(own) == len(answers):
        return Path.SELF_QUALIFIED
    facts = {subject: fact for subject, fact in judgment.facts.items() if not subject.startswith("answer:")}
    by_itself = evaluate(judgment.force.definition, facts | answer_facts(newest(own), now)).qualified
    return Path.SELF_QUALIFIED if by_itself else Path.RESEARCHED


def sales_verdict(lead: Lead, *, now: datetime) -> Verdict | None:
    """Readiness to convert, by the sales policy in force."""
    return verdict_for(lead, purpose=PolicyPurpose.SALES, now=now)
