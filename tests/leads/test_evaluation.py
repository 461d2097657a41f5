from hypothesis import given
from hypothesis import strategies as st

from leads.evaluation import CriterionRule, Fact, PolicyDefinition, evaluate
from leads.reaching import reachable

VALUES = st.sampled_from(["a", "b", "c", "10", "20.5", ""])
SUBJECTS = st.sampled_from([f"answer:q{n}" for n in range(5)])


@st.composite
def definitions(draw):
    rules = draw(
        st.lists(
            st.builds(
                CriterionRule,
                criterion=st.integers(1, 99),
                label=st.text(max_size=5),
                subject=SUBJECTS,
                operator=st.sampled_from(["answered", "in", "not_in", "at_least", "at_most"]),
                value=VALUES,
                points=st.integers(-20, 50),
                must_have=st.booleans(),
            ),
            max_size=8,
        )
    )
    return PolicyDefinition(threshold=draw(st.integers(0, 100)), rules=rules)


FACTS = st.dictionaries(SUBJECTS, st.builds(Fact, value=VALUES), max_size=5)


@given(definitions(), FACTS)
def test_evaluation_is_deterministic_and_consistent(definition, facts):
    verdict = evaluate(definition, facts)
    assert verdict == evaluate(definition, dict(reversed(facts.items())))
    assert verdict.score == sum(r.points for r in verdict.results if r.outcome == "met")
    must_haves_met = all(r.outcome == "met" for r in verdict.results if r.must_have)
    assert verdict.qualified == (must_haves_met and verdict.score >= definition.threshold)


@given(definitions(), FACTS)
def test_what_nobody_answered_is_unknown_and_nothing_else_is(definition, facts):
    for rule, result in zip(definition.rules, evaluate(definition, facts).results, strict=True):
        known = rule.subject in facts and facts[rule.subject].value != ""
        assert (result.outcome == "unknown") == (not known)
        assert (result.evidence is None) == (not known)


@given(definitions(), FACTS, SUBJECTS, VALUES)
def test_an_unreachable_policy_is_not_reached_by_one_more_answer(definition, facts, subject, value):
    if not reachable(definition, evaluate(definition, facts)) and subject not in facts:
        positive = all(rule.points >= 0 for rule in definition.rules)
        if positive:
            assert not evaluate(definition, {**facts, subject: Fact(value)}).qualified


def rule(operator, value):
    return PolicyDefinition(1, [CriterionRule(1, "x", "answer:q", operator, value, 1, False)])


def outcome(operator, value, fact):
    return evaluate(rule(operator, value), {"answer:q": Fact(fact)}).results[0].outcome


def test_operators_compare_as_their_names_say():
    assert outcome("in", ["a", "b"], "a") == "met"
    assert outcome("in", ["a", "b"], ["c", "b"]) == "met"
    assert outcome("in", ["true"], True) == "met"
    assert outcome("not_in", ["a"], "a") == "not_met"
    assert outcome("at_least", 9, "10") == "met"
    assert outcome("at_most", "9", "10.5") == "not_met"
    assert outcome("at_least", 5000, {"amount": "5000.00", "currency": "EUR"}) == "met"
    assert outcome("at_most", "2026-05-01", "2026-04-30") == "met"
    assert outcome("answered", None, False) == "met"
