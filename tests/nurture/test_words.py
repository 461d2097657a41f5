import pytest

from leads.models import Question
from nurture.models import EnrollmentCondition, Step
from nurture.values import in_words


@pytest.mark.parametrize(
    ("field", "operator", "value", "words"),
    [
        ("source", "in", ["web"], "Source is web"),
        ("source", "in", ["web", "fair"], "Source is one of web, fair"),
        ("source", "not_in", ["web"], "Source is none of web"),
        ("source", "answered", [], "Source is known"),
        ("score", "at_least", ["50"], "Score is at least 50"),
        ("missing", "in", ["budget", "need"], "Nothing is known about budget or need"),
        ("was_in", "not_in", ["disqualified"], "Never was disqualified"),
    ],
)
def test_condition_is_said_in_words(field, operator, value, words):
    assert in_words(EnrollmentCondition(field=field, operator=operator, value=value)) == words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"field": "clicked", "value": ["yes"]}, "Clicked since it was enrolled: yes"),
        ({"field": "outcome", "value": ["voicemail", "no_answer"]},
         "Outcome of the last call is one of voicemail, no_answer"),
        ({"question": Question(text="When?", kind="time_frame"), "operator": "at_most", "value": [90]},
         "“When?” is at most 90 days"),
    ],
)  # fmt: skip
def test_branch_is_said_in_words(fields, words):
    assert in_words(Step(kind="branch", **fields)) == words
