"""Conditions of questions as ``leads.asking`` takes them, and the questions that it says are to be asked."""

from collections.abc import Iterable, Mapping

from crm.web.holding import kept
from leads.asking import Condition, Conditions, Known, applies, next_to_ask, to_ask, with_needed
from leads.evaluation import Verdict
from leads.facts import questions_by_id
from leads.models import Answer, Question, QuestionCondition


@kept("leads_questioncondition", "leads_question")
def all_conditions() -> Conditions:
    """Of every question that has any: one query."""
    found: dict[str, list[Condition]] = {}
    rows = QuestionCondition.objects.order_by("pk").values_list("question__key", "on__key", "operator", "value")
    for key, on, operator, value in rows:
        found.setdefault(key, []).append(Condition(on, operator, value))
    return found


def known_values(answers: Mapping[str, Answer]) -> Known:
    return {key: answer.value for key, answer in answers.items()}


def questions_to_ask(questions: Iterable[Question], known: Known) -> list[Question]:
    """Those of ``questions`` that are unknown and whose conditions hold, each after those it depends on."""
    by_key = {question.key: question for question in questions}
    return [by_key[key] for key in to_ask(by_key, all_conditions(), known)]


def applying(questions: Iterable[Question], known: Known) -> list[Question]:
    """Those of ``questions`` whose conditions hold, answered or not."""
    conditions = all_conditions()
    return [question for question in questions if applies(question.key, conditions, known)]


def judged_questions(verdict: Verdict, conditions: Conditions) -> dict[str, Question]:
    """Those that the criteria look at, and those that decide whether they are asked, by key."""
    keys = with_needed([result.question for result in verdict.results if result.question], conditions)
    return {question.key: question for question in questions_by_id().values() if question.key in keys}


def questions_to_ask_next(
    wanted: Iterable[str], conditions: Conditions, known: Known, questions: Mapping[str, Question]
) -> list[Question]:
    """Of ``judged_questions`` what to ask to learn what is ``wanted`` (keys, in order). What of it is known is asked
    again, where its conditions still hold."""
    keys: dict[str, None] = {}
    for key in wanted:
        again = [key] if key in known and applies(key, conditions, known) else []
        keys |= dict.fromkeys(again or next_to_ask([key], conditions, known))
    return [questions[key] for key in keys if key in questions and questions[key].active]
