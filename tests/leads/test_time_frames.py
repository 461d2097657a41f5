"""Time frames: as typed, as stored, as shown, and what they mean for an opportunity."""

from datetime import date, timedelta

import pytest

from crm.fields.time_frames import STEPS
from leads.answer_fields import form_field
from leads.answers import InvalidAnswer, clean_value, display
from leads.comparing import holds
from leads.models import Dimension, Provenance, Question, QuestionKind
from leads.services.opportunity_defaults import DEFAULT_DAYS_TO_CLOSE, defaults_for
from leads.services.qualification import give_answers
from tests.factories import NOW, LeadFactory

QUESTION = Question(key="when", text="When?", kind=QuestionKind.TIME_FRAME, dimension=Dimension.TIME_FRAME)


@pytest.mark.parametrize(
    ("raw", "days", "shown"),
    [
        ("0", 0, "Now"),
        ("now", 0, "Now"),
        ("Within three months", 90, "Within three months"),
        ("90", 90, "Within three months"),
        (" 3  Months ", 90, "Within three months"),
        ("within 2 weeks", 14, "Within 2 weeks"),
        ("in 1 day", 1, "Within 1 day"),
        ("12 months", 365, "Within a year"),
        ("18 months", 545, "Within 545 days"),
        ("1 quarter", 90, "Within three months"),
        ("3 years", 1095, "Within 3 years"),
        ("later", 730, "Later"),
        ("none", None, "No plan yet"),
        ("No plan", None, "No plan yet"),
        (45, 45, "Within 45 days"),
        ({"days": 60}, 60, "Within 2 months"),
        ({"days": None}, None, "No plan yet"),
        ({"number": 6, "unit": "months"}, 180, "Within six months"),
    ],
)
def test_time_frame_is_stored_as_days(raw, days, shown):
    stored = clean_value(QUESTION, raw)
    assert stored == {"days": days}
    assert display(QUESTION, stored) == shown
    assert clean_value(QUESTION, stored) == stored


@pytest.mark.parametrize(
    "raw",
    [
        *[
            "soon",
            "-3 months",
            "3 fortnights",
            "1e3",
            "999999 days",
            "200 years",
            "",
            "٣ months",
            "3\x00",
            True,
            [],
            {},
        ],
        *[{"days": "x"}, {"days": -1}, {"days": 1.5}, {"days": 99999}, {"days": True}, {"days": []}, {"month": 3}],
        *[{"number": 3}, {"number": 3, "unit": "eons"}, {"number": [], "unit": "days"}, "9" * 1_000_000],
    ],
)
def test_what_is_not_a_time_frame_is_refused(raw):
    with pytest.raises(InvalidAnswer):
        clean_value(QUESTION, raw)


@pytest.mark.parametrize(("value", "label"), STEPS)
def test_form_offers_the_usual_steps(value, label):
    field = form_field(QUESTION)
    assert field.clean(value) == value
    assert display(QUESTION, clean_value(QUESTION, value)) == label


def test_no_plan_is_later_than_any_plan():
    assert holds("at_most", {"days": 180}, 180) is True
    assert holds("at_most", {"days": None}, 36_500) is False
    assert holds("at_least", {"days": None}, 36_500) is True
    assert holds("at_most", {"days": 90}, {"days": 90}) is True


@pytest.mark.parametrize(("said", "days"), [("3 months", 90), ("now", 0), ("none", DEFAULT_DAYS_TO_CLOSE)])
def test_time_frame_sets_the_close_date_of_an_opportunity(db, said, days):
    Question.objects.create(key="when", text="When?", kind=QuestionKind.TIME_FRAME, dimension=Dimension.TIME_FRAME)
    lead = LeadFactory()
    give_answers(lead=lead, answers={"when": said}, provenance=Provenance.FORM, now=NOW)
    today = date(2026, 3, 10)
    assert defaults_for(lead, today=today).close_date == today + timedelta(days=days)
