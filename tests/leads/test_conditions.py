"""Conditional questions where they are asked and answered."""

import pytest

from leads import thanks
from leads.models import Answer, Operator, Provenance, Question, QuestionCondition
from leads.queries import qualification_panel
from leads.services.intake import take_inquiry
from leads.services.qualification import give_answers
from tests.factories import NOW, LeadFactory, UserFactory


@pytest.fixture
def budget_if_need(defaults):
    """Budget is asked only of whoever needs something."""
    need, budget = (Question.objects.get(key=key) for key in ("need", "budget"))
    return QuestionCondition.objects.create(
        question=budget, on=need, operator=Operator.IN, value=["new", "replace", "expand"]
    )


def answered() -> list[tuple[str, object]]:
    return [(answer.question.key, answer.value) for answer in Answer.objects.select_related("question")]


def asked_next(lead) -> list[str]:
    return [question.key for question in qualification_panel(lead, now=NOW).ask_next]


def test_panel_asks_what_decides_before_what_depends_on_it(budget_if_need):
    lead = LeadFactory()
    assert asked_next(lead) == ["need", "time_frame", "authority", "desire"]
    give_answers(lead=lead, answers={"need": "new"}, provenance=Provenance.CALL, now=NOW, by=UserFactory())
    assert asked_next(lead) == ["time_frame", "budget", "authority", "desire"]


def test_panel_does_not_ask_what_does_not_apply(budget_if_need):
    lead = LeadFactory()
    give_answers(lead=lead, answers={"need": "looking"}, provenance=Provenance.FORM, now=NOW)
    assert "budget" not in asked_next(lead)


@pytest.mark.parametrize("provenance", [Provenance.FORM, Provenance.API])
def test_answer_posted_to_a_question_that_was_not_to_be_asked_is_dropped(budget_if_need, submission, provenance):
    posted = submission(answers={"need": "looking", "budget": "over_100k"}, provenance=provenance)
    inquiry = take_inquiry(submission=posted, now=NOW).inquiry
    assert answered() == [("need", "looking")]
    assert inquiry.payload == posted.payload


def test_answer_to_a_conditional_question_counts_with_the_answer_it_depends_on(budget_if_need, submission):
    take_inquiry(submission=submission(answers={"budget": "to_5k", "need": "new"}), now=NOW)
    assert sorted(answered()) == [("budget", "to_5k"), ("need", "new")]


def test_answer_that_it_depends_on_may_be_known_from_before(budget_if_need, submission):
    take_inquiry(submission=submission(answers={"need": "new"}), now=NOW)
    take_inquiry(submission=submission(answers={"budget": "to_5k"}), now=NOW)
    assert answered() == [("need", "new"), ("budget", "to_5k")]


def test_new_answer_counts_before_the_known_one(budget_if_need, submission):
    take_inquiry(submission=submission(answers={"need": "new"}), now=NOW)
    take_inquiry(submission=submission(answers={"need": "looking", "budget": "to_5k"}), now=NOW)
    assert answered() == [("need", "new"), ("need", "looking")]


@pytest.mark.parametrize("provenance", [Provenance.CALL, Provenance.RESEARCH, Provenance.IMPORT, Provenance.LINK])
def test_what_we_asked_or_found_out_ourselves_is_taken_as_said(budget_if_need, provenance):
    lead = LeadFactory()
    by = UserFactory() if provenance in (Provenance.CALL, Provenance.RESEARCH) else None
    give_answers(lead=lead, answers={"budget": "to_5k"}, provenance=provenance, now=NOW, by=by)
    assert answered() == [("budget", "to_5k")]


def test_thanks_page_asks_what_applies_to_this_inquiry(budget_if_need, submission):
    inquiry = take_inquiry(submission=submission(answers={"desire": "must"}), now=NOW).inquiry
    assert [question.key for question in thanks.next_step(inquiry).questions] == ["need", "time_frame"]
    inquiry = take_inquiry(submission=submission(answers={"need": "new", "time_frame": "none"}), now=NOW).inquiry
    assert [question.key for question in thanks.next_step(inquiry).questions] == ["budget", "authority"]
