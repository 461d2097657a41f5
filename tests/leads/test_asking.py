"""Which questions are to be asked, given what is known: the rule itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.asking import Condition, applies, circle, in_order, next_to_ask, standing, to_ask

BUDGET_IF_NEED = {"budget": [Condition("need", "in", ["new", "replace"])]}
CHAIN = {
    "b": [Condition("a", "in", ["yes"])],
    "c": [Condition("b", "at_least", 10)],
}


def test_question_without_conditions_is_always_asked():
    assert to_ask(["need", "desire"], {}, {}) == ["need", "desire"]


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        ({}, ["need"]),
        ({"need": "new"}, ["budget"]),
        ({"need": "looking"}, []),
        ({"need": "new", "budget": "none"}, []),
        ({"need": ["looking", "new"]}, ["budget"]),
    ],
)
def test_conditional_question_is_asked_once_its_condition_holds(known, asked):
    assert to_ask(["need", "budget"], BUDGET_IF_NEED, known) == asked


def test_all_conditions_must_hold():
    both = {"c": [Condition("a", "in", ["yes"]), Condition("b", "at_most", 5)]}
    assert to_ask(["c"], both, {"a": "yes", "b": "5"}) == ["c"]
    assert to_ask(["c"], both, {"a": "yes", "b": "6"}) == []
    assert to_ask(["c"], both, {"a": "no", "b": "5"}) == []
    assert to_ask(["c"], both, {"a": "yes"}) == []


@pytest.mark.parametrize(
    ("operator", "bound", "value", "holds"),
    [
        ("answered", [], False, True),
        ("not_in", ["none"], "to_5k", True),
        ("not_in", ["none"], "none", False),
        ("in", ["true"], True, True),
        ("in", ["true"], False, False),
        ("at_least", 5000, {"amount": "5000.00", "currency": "EUR"}, True),
        ("at_least", 5000, {"amount": "4999.99", "currency": "EUR"}, False),
        ("at_most", "2026-12-31", "2026-12-31", True),
        ("at_most", "2026-12-31", "2027-01-01", False),
        ("at_most", 90, {"days": 90}, True),
        ("at_most", 90, {"days": 91}, False),
        ("at_most", 90, {"days": None}, False),
        ("at_least", 90, {"days": None}, True),
        ("in", ["0", "30"], {"days": 30}, True),
        ("in", ["none"], {"days": None}, True),
        ("at_least", 5, "NaN", False),  # a text: not compared with a number
    ],
)
def test_condition_compares_as_a_criterion_does(operator, bound, value, holds):
    assert applies("b", {"b": [Condition("a", operator, bound)]}, {"a": value}) is holds


def test_condition_on_an_answer_that_no_longer_applies_does_not_hold():
    assert to_ask(["c"], CHAIN, {"a": "yes", "b": "10"}) == ["c"]
    assert to_ask(["c"], CHAIN, {"a": "no", "b": "10"}) == []


def test_questions_come_after_those_they_depend_on():
    assert in_order(["c", "x", "b", "a"], CHAIN) == ["a", "b", "c", "x"]
    assert in_order(["c", "a"], CHAIN) == ["a", "c"]


def test_what_is_unknown_leads_to_the_question_that_decides_whether_it_is_asked():
    assert next_to_ask(["c", "x"], CHAIN, {}) == ["a", "x"]
    assert next_to_ask(["c", "x"], CHAIN, {"a": "yes"}) == ["b", "x"]
    assert next_to_ask(["c", "x"], CHAIN, {"a": "no"}) == ["x"]
    assert next_to_ask(["c", "x"], CHAIN, {"a": "yes", "b": "12"}) == ["c", "x"]


def test_nothing_is_asked_for_a_question_that_cannot_be_asked_any_more():
    two = {"c": [Condition("a", "in", ["yes"]), Condition("b", "in", ["yes"])]}
    assert next_to_ask(["c"], two, {"a": "no"}) == []
    assert next_to_ask(["c"], two, {"a": "yes"}) == ["b"]


def test_circle_is_found_and_asks_nothing():
    ring = {"a": [Condition("c", "answered", [])], **CHAIN}
    assert circle("a", ring) == ["a", "c", "b", "a"]
    assert circle("a", CHAIN) == []
    assert to_ask(["a", "b", "c"], ring, {"b": "10"}) == []


KEYS = st.sampled_from("abcdef")
CONDITIONS = st.dictionaries(
    KEYS,
    st.lists(st.builds(Condition, KEYS, st.sampled_from(["in", "not_in", "answered"]), st.just(["1"])), max_size=3),
)
KNOWN = st.dictionaries(KEYS, st.sampled_from(["1", "2"]))


@given(keys=st.lists(KEYS), conditions=CONDITIONS, known=KNOWN)
def test_whatever_the_conditions_only_the_unknown_is_asked_and_once(keys, conditions, known):
    asked = to_ask(keys, conditions, known)
    assert len(asked) == len(set(asked))
    assert set(asked) <= set(keys) - set(known)
    assert set(to_ask(keys, conditions, {})) >= {key for key in keys if not conditions.get(key)}


@given(conditions=CONDITIONS, known=KNOWN, answer=st.sampled_from(["1", "2"]), key=KEYS)
def test_one_more_answer_never_unsettles_what_was_settled(conditions, known, answer, key):
    """What applies goes on applying, what doesn't never will: only what depends on the unknown is open."""
    more = known if key in known else known | {key: answer}
    for other in "abcdef":
        if (before := standing(other, conditions, known)) is not None:
            assert standing(other, conditions, more) is before
