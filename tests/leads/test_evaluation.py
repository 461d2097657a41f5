"""Evaluation is a pure function: what holds for any definition and any facts."""

from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leads.comparing import condition
from leads.evaluation import CriterionRule, Fact, PolicyDefinition, evaluate, faded
from leads.reaching import reachable, worth_asking
from leads.timing import REFRESH_DAYS, days_until_change, older

VALUES = st.sampled_from(["a", "b", "c", "10", "20.5", "", "NaN", "2026-05-01"])
KEYS = [f"answer:q{n}" for n in range(4)]
ENGAGEMENT = ["engagement:reply", "engagement:visit:pricing"]
SUBJECTS = st.sampled_from([*KEYS, "field:country", *ENGAGEMENT, "age:last_inquiry"])
DAYS = st.none() | st.integers(1, 60)
AGES = st.integers(0, 400)


@st.composite
def rules(draw):
    subject = draw(SUBJECTS)
    counted = subject.startswith(("engagement", "age"))
    operators = ["at_least", "at_most"] if counted else ["answered", "in", "not_in", "at_least", "at_most"]
    return CriterionRule(
        criterion=draw(st.integers(1, 99)),
        label=draw(st.text(max_size=3)),
        subject=subject,
        operator=draw(st.sampled_from(operators)),
        value=draw(st.integers(0, 5) if counted else VALUES | st.lists(VALUES, max_size=2)),
        points=draw(st.integers(-20, 50)),
        must_have=draw(st.booleans()),
        within_days=draw(DAYS) if subject.startswith(("answer", "engagement")) else None,
        half_life_days=draw(DAYS) if subject.startswith(("answer", "engagement")) else None,
        several=draw(st.booleans()),
    )


@st.composite
def definitions(draw):
    return PolicyDefinition(threshold=draw(st.integers(0, 100)), rules=draw(st.lists(rules(), max_size=8)))


@st.composite
def fact_of(draw, subject):
    if subject.startswith("engagement"):
        ages = tuple(sorted(draw(st.lists(AGES, max_size=6))))
        return Fact(len(ages), ages=ages, age=ages[0] if ages else None)
    if subject.startswith("age"):
        return Fact(draw(AGES))
    value = draw(VALUES | st.booleans() | st.lists(VALUES, max_size=2))
    return Fact(value, age=draw(AGES) if subject.startswith("answer") else None)


@st.composite
def known_facts(draw):
    subjects = draw(st.sets(SUBJECTS, max_size=8))
    return {subject: draw(fact_of(subject)) for subject in sorted(subjects)}


FACTS = known_facts()


@given(definitions(), FACTS)
def test_verdict_is_what_its_parts_say_and_the_same_every_time(definition, facts):
    verdict = evaluate(definition, facts)
    assert verdict == evaluate(definition, dict(reversed(facts.items())))
    assert verdict.score == sum(result.counted for result in verdict.results)
    assert all(result.counted == 0 for result in verdict.results if result.outcome != "met")
    must_haves_met = all(result.outcome == "met" for result in verdict.results if result.must_have)
    assert verdict.qualified == (must_haves_met and verdict.score >= definition.threshold)


@given(definitions(), FACTS, st.randoms(use_true_random=False))
def test_order_of_the_criteria_does_not_matter(definition, facts, random):
    shuffled = list(definition.rules)
    random.shuffle(shuffled)
    verdict = evaluate(definition, facts)
    again = evaluate(PolicyDefinition(definition.threshold, shuffled), facts)
    assert (again.qualified, again.score) == (verdict.qualified, verdict.score)
    assert sorted(map(repr, again.results)) == sorted(map(repr, verdict.results))


@given(definitions(), FACTS)
def test_what_nobody_answered_is_unknown_and_never_counts(definition, facts):
    for rule, result in zip(definition.rules, evaluate(definition, facts).results, strict=True):
        fact = facts.get(rule.subject)
        if fact is None or fact.value in ("", []):
            assert (result.outcome, result.counted, result.evidence) == ("unknown", 0, None)
        elif result.outcome == "unknown":
            assert rule.subject in KEYS
            assert fact.age > rule.within_days


@given(definitions(), FACTS)
def test_evidence_is_complete_and_decides_the_same_again(definition, facts):
    """Whoever has only what was recorded can work out why."""
    verdict = evaluate(definition, facts)
    recorded = {r.subject: r.evidence for r in verdict.results if r.evidence}
    assert all(r.evidence for r in verdict.results if r.outcome != "unknown")
    restored = {s: Fact(**{**e, "ages": tuple(e.get("ages", ()))}) for s, e in recorded.items()}
    assert evaluate(definition, restored) == verdict


@given(definitions(), FACTS, st.integers(0, 7), st.integers(0, 50))
def test_more_points_never_lower_the_score_of_who_meets_them(definition, facts, which, more):
    assume(len(definition.rules) > which)
    richer = list(definition.rules)
    rule = richer[which]
    richer[which] = _with(rule, more)
    before, after = evaluate(definition, facts), evaluate(PolicyDefinition(definition.threshold, richer), facts)
    assert after.score >= before.score
    assert [r.outcome for r in after.results] == [r.outcome for r in before.results]
    assert after.qualified >= before.qualified


def _with(rule, more):
    fields = {name: getattr(rule, name) for name in CriterionRule.__dataclass_fields__}
    return CriterionRule(**{**fields, "points": rule.points + more})


@given(definitions(), FACTS, st.integers(1, 100))
def test_a_higher_threshold_never_qualifies_more(definition, facts, higher):
    stricter = PolicyDefinition(definition.threshold + higher, definition.rules)
    assert evaluate(stricter, facts).qualified <= evaluate(definition, facts).qualified


@given(definitions(), FACTS)
def test_a_must_have_that_is_not_met_qualifies_nobody(definition, facts):
    verdict = evaluate(definition, facts)
    if any(result.must_have and result.outcome != "met" for result in verdict.results):
        assert not verdict.qualified
        assert verdict.missing()


@given(st.integers(-100, 100), DAYS, st.none() | AGES)
def test_points_fade_towards_nothing_and_never_past_it(points, half_life, age):
    now = faded(points, half_life, age)
    assert abs(now) <= abs(points)
    assert now * points >= 0
    assert abs(faded(points, half_life, (age or 0) + 1)) <= abs(now)
    if not half_life or not age:
        assert now == points
    elif age == half_life:
        assert now == round(points / 2)


@given(definitions(), FACTS, st.data())
def test_an_unreachable_policy_is_reached_by_no_answers(definition, facts, data):
    """Answers to whatever is unknown, confirmed ones fresh, more engagement: nothing qualifies the lead."""
    verdict = evaluate(definition, facts)
    assume(not reachable(definition, verdict))
    unknown = {r.subject for r in verdict.results if r.outcome == "unknown" and r.subject in [*KEYS, "field:country"]}
    answered = {s: data.draw(fact_of(s))._replace(age=0) for s in sorted(unknown)}
    confirmed = {
        s: fact._replace(age=0)
        for s, fact in facts.items()
        if s in KEYS and s not in unknown and data.draw(st.booleans())
    }
    happened = {s: data.draw(fact_of(s)) for s in [*ENGAGEMENT, "age:last_inquiry"]}
    assert not evaluate(definition, {**facts, **answered, **confirmed, **happened}).qualified


CHOICES = ["a", "b", "c", "\x00"]  # the last: none of those that criteria name


@st.composite
def choice_policies(draw):
    """Single choices that never age: here it can be tried out whether a policy can be reached."""
    subjects = st.sampled_from(KEYS[:3])
    made = [
        CriterionRule(
            n,
            "",
            draw(subjects),
            draw(st.sampled_from(["in", "not_in", "answered"])),
            draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=2)),
            draw(st.integers(-20, 50)),
            draw(st.booleans()),
        )
        for n in range(draw(st.integers(0, 5)))
    ]
    return PolicyDefinition(draw(st.integers(0, 80)), made)


@given(choice_policies(), st.dictionaries(st.sampled_from(KEYS[:3]), st.sampled_from(CHOICES), max_size=2))
def test_reachable_is_exactly_what_trying_all_answers_finds(definition, said):
    facts = {key: Fact(value) for key, value in said.items()}
    open_keys = [key for key in KEYS[:3] if key not in said]
    tries = [
        {key: Fact(answer) for key, answer in zip(open_keys, answers, strict=True) if answer}
        for answers in product(["", *CHOICES], repeat=len(open_keys))
    ]
    found = any(evaluate(definition, facts | answers).qualified for answers in tries)
    verdict = evaluate(definition, facts)
    assert reachable(definition, verdict) == found
    if found and not verdict.qualified:
        assert worth_asking(definition, verdict)


@given(definitions(), FACTS)
def test_asked_is_only_what_can_turn_the_decision(definition, facts):
    verdict = evaluate(definition, facts)
    asked = worth_asking(definition, verdict)
    assert len(asked) == len(set(asked))
    assert set(asked) <= {result.question for result in verdict.results}
    if not verdict.qualified and not reachable(definition, verdict):
        assert asked == []


@given(definitions(), FACTS)
def test_nothing_turns_before_the_day_that_was_foretold(definition, facts):
    verdict = evaluate(definition, facts)
    days = days_until_change(definition, facts, verdict)
    for day in range(1, min(days or 450, 60)):
        later = evaluate(definition, older(facts, day))
        assert [r.outcome for r in later.results] == [r.outcome for r in verdict.results]
        if day < REFRESH_DAYS:
            assert later.qualified == verdict.qualified
    if days is None:
        assert evaluate(definition, older(facts, 450)).score == verdict.score


def outcome(operator, value, fact, **rule):
    definition = PolicyDefinition(1, [CriterionRule(1, "x", "answer:q", operator, value, 1, False, **rule)])
    return evaluate(definition, {"answer:q": fact if isinstance(fact, Fact) else Fact(fact)}).results[0].outcome


@pytest.mark.parametrize(
    ("operator", "value", "fact", "expected"),
    [
        ("in", ["a", "b"], "a", "met"),
        ("in", ["a", "b"], ["c", "b"], "met"),
        ("in", ["true"], True, "met"),
        ("not_in", ["a"], "a", "not_met"),
        ("at_least", 9, "10", "met"),
        ("at_most", "9", "10.5", "not_met"),
        ("at_least", 5000, {"amount": "5000.00", "currency": "EUR"}, "met"),
        ("at_most", 90, {"days": 90}, "met"),
        ("at_most", 90, {"days": None}, "not_met"),
        ("in", ["none"], {"days": None}, "met"),
        ("at_most", "2026-05-01", "2026-04-30", "met"),
        ("answered", None, False, "met"),
        ("at_least", 5000, "a lot", "not_met"),
        ("at_most", 5000, "a lot", "not_met"),
        ("at_least", 5000, "NaN", "not_met"),
    ],
)
def test_operators_compare_as_their_names_say(operator, value, fact, expected):
    assert outcome(operator, value, fact) == expected


def test_unknown_operator_is_an_error():
    with pytest.raises(ValueError, match="unknown operator"):
        condition("like", "x")


@pytest.mark.parametrize(("age", "expected"), [(0, "met"), (30, "met"), (31, "unknown"), (None, "met")])
def test_answer_that_is_too_old_is_unknown_again(age, expected):
    assert outcome("answered", [], Fact("x", age=age), within_days=30) == expected


def engaged(rule, ages):
    definition = PolicyDefinition(1, [CriterionRule(1, "x", "engagement:reply", *rule)])
    fact = Fact(len(ages), ages=ages, age=ages[0] if ages else None)
    return evaluate(definition, {"engagement:reply": fact}).results[0]


def test_engagement_counts_how_often_and_fades_from_the_last_time():
    assert engaged(("at_least", 2, 10, False), (5, 90)).outcome == "met"
    assert engaged(("at_least", 2, 10, False, 30), (5, 90)).outcome == "not_met"
    assert engaged(("at_most", 0, 10, False, 30), (31,)).outcome == "met"
    assert engaged(("at_least", 1, 10, False), ()).outcome == "not_met"
    assert engaged(("at_least", 2, 40, False, None, 10), (20, 90)).counted == 10


def test_tiers_of_one_answer_are_not_added_up():
    """Within a month 30, within a quarter 20: nobody gets 50 for one answer."""
    tiers = [
        CriterionRule(n, "", "answer:when", "in", [v], p, False) for n, (v, p) in enumerate([("m", 30), ("q", 20)])
    ]
    definition = PolicyDefinition(40, tiers)
    assert not reachable(definition, evaluate(definition, {}))
    assert reachable(PolicyDefinition(30, tiers), evaluate(definition, {}))


def test_what_has_faded_is_asked_again_after_what_nobody_said():
    told = CriterionRule(1, "", "answer:need", "answered", [], 40, False, half_life_days=10)
    unknown = CriterionRule(2, "", "answer:budget", "answered", [], 30, False)
    definition = PolicyDefinition(60, [told, unknown])
    verdict = evaluate(definition, {"answer:need": Fact("new", age=20)})
    assert verdict.score == 10
    assert worth_asking(definition, verdict) == ["budget", "need"]


def test_what_speaks_against_a_qualified_lead_is_worth_asking():
    definition = PolicyDefinition(
        10,
        [
            CriterionRule(1, "", "answer:need", "answered", [], 20, False),
            CriterionRule(2, "", "answer:student", "in", ["true"], -15, False),
            CriterionRule(3, "", "answer:city", "in", ["x"], 5, False),
        ],
    )
    verdict = evaluate(definition, {"answer:need": Fact("new")})
    assert (verdict.qualified, worth_asking(definition, verdict)) == (True, ["student"])
