"""Questions in the admin: choices, conditions, preview, uses, retiring."""

import pytest
from django.urls import reverse

from leads.conditions import all_conditions
from leads.models import Answer, Choice, Operator, Provenance, Question, QuestionCondition, QuestionKind
from leads.services.qualification import give_answers
from tests.factories import NOW, LeadFactory

pytestmark = pytest.mark.usefixtures("defaults")
LIST = reverse("admin:leads_question_changelist")
PREVIEW = reverse("admin:leads_question_preview")


@pytest.fixture
def marketing(admin_as):
    return admin_as("marketing_manager")


@pytest.fixture
def ask(db):
    """ask("size", "number"): another question."""

    def make(key, kind, **fields):
        return Question.objects.create(key=key, text=f"{key}?", kind=kind, dimension="fit", **fields)

    return make


def page(question):
    return reverse("admin:leads_question_change", args=[question.pk])


def question(key):
    return Question.objects.get(key=key)


def posted(subject, *, choices=(), conditions=(), **fields):
    """What the form of a stored question posts; ``conditions`` are rows of (on, operator, value) to add."""
    stored = list(subject.choices.all())
    rows = {
        f"choices-{n}-{name}": value
        for n, choice in enumerate(stored)
        for name, value in {
            "id": choice.pk,
            "label": choice.label,
            "value": choice.value,
            "active": "on",
            "buying_role": choice.buying_role,
            "amount": choice.amount or "",
            "days": "" if choice.days is None else choice.days,
            "position": choice.position,
        }.items()
    }
    for n, (on, operator, value) in enumerate(conditions):
        rows |= {f"conditions-{n}-{name}": x for name, x in {"on": on.pk, "operator": operator, "typed": value}.items()}
    return (
        {"text": subject.text, "help_text": "", "kind": subject.kind, "dimension": subject.dimension, "position": "0"}
        | {"active": "on", "choices-TOTAL_FORMS": len(stored), "choices-INITIAL_FORMS": len(stored)}
        | {"conditions-TOTAL_FORMS": len(conditions), "conditions-INITIAL_FORMS": 0}
        | rows
        | dict(choices)
        | fields
    )


def errors(response):
    assert response.status_code == 200, response.headers.get("Location")
    html = response.context["adminform"].form.errors
    found = [str(message) for messages in html.values() for message in messages]
    for formset in response.context["inline_admin_formsets"]:
        found += list(formset.formset.non_form_errors())
        found += [str(m) for form in formset.formset.forms for messages in form.errors.values() for m in messages]
    return found


@pytest.mark.parametrize(
    ("key", "operator", "typed", "stored"),
    [
        ("need", Operator.IN, "new, Replace a system we have", ["new", "replace"]),
        ("need", Operator.NOT_IN, "looking\nnew", ["looking", "new"]),
        ("need", Operator.IN, "Nothing particular, I am looking around", ["looking"]),
        ("need", Operator.ANSWERED, "", []),
        ("consents", Operator.IN, "Yes", ["true"]),
        ("size", Operator.AT_LEAST, "50", "50"),
        ("since", Operator.AT_MOST, "2026-12-31", "2026-12-31"),
        ("by_when", Operator.AT_MOST, "3 months", 90),
        ("remarks", Operator.ANSWERED, "ignored", []),
    ],
)
def test_condition_is_stored_as_it_is_compared(marketing, ask, key, operator, typed, stored):
    for other, kind in {"size": "number", "since": "date", "by_when": "time_frame", "remarks": "text"}.items():
        ask(other, kind)
    ask("consents", "boolean")
    budget = question("budget")
    response = marketing.post(page(budget), posted(budget, conditions=[(question(key), operator, typed)]))
    assert response.status_code == 302
    condition = QuestionCondition.objects.get()
    assert (condition.question, condition.on.key, condition.value) == (budget, key, stored)


def test_stored_condition_is_shown_as_it_was_typed_and_can_be_saved_again(marketing, ask):
    size, budget = ask("by_when", "time_frame"), question("budget")
    marketing.post(page(budget), posted(budget, conditions=[(size, Operator.AT_MOST, "3 months")]))
    form = marketing.get(page(budget)).context["inline_admin_formsets"][1].formset.forms[0]
    assert form.initial["typed"] == "90 days"
    again = posted(budget, conditions=[(size, Operator.AT_MOST, "90 days")])
    again |= {"conditions-INITIAL_FORMS": 1, "conditions-0-id": form.instance.pk, "conditions-0-question": budget.pk}
    assert marketing.post(page(budget), again).status_code == 302
    assert QuestionCondition.objects.get().value == 90


@pytest.mark.parametrize(
    ("key", "operator", "typed", "message"),
    [
        ("need", Operator.IN, "bogus", "“bogus” is not an answer to “What do you need?”. There are: replace, new, "),
        ("need", Operator.IN, " , ", "Name at least one answer: replace, new, "),
        ("need", Operator.AT_LEAST, "5", "“What do you need?” is a question of the kind “One choice”: choose "),
        ("size", Operator.AT_LEAST, "many", "“many” cannot be compared with “size?”. Example: 10."),
        ("size", Operator.AT_LEAST, "NaN", "“NaN” cannot be compared with “size?”. Example: 10."),
        ("by_when", Operator.AT_MOST, "none", "“none” cannot be compared with “by_when?”. Example: 3 months."),
        ("since", Operator.AT_MOST, "soon", "“soon” cannot be compared with “since?”. Example: 2026-12-31."),
        ("remarks", Operator.IN, "x", "“remarks?” is a question of the kind “Text”: choose “is known”."),
        ("old", Operator.ANSWERED, "", "“old?” is retired: nobody answers it any more."),
        ("budget", Operator.ANSWERED, "", "A question cannot depend on its own answer."),
    ],
)
def test_condition_that_can_never_hold_is_refused(marketing, ask, key, operator, typed, message):
    for other, kind in {"size": "number", "since": "date", "by_when": "time_frame", "remarks": "text"}.items():
        ask(other, kind)
    ask("old", "text", active=False)
    budget = question("budget")
    response = marketing.post(page(budget), posted(budget, conditions=[(question(key), operator, typed)]))
    assert [found[: len(message)] for found in errors(response)] == [message]
    assert QuestionCondition.objects.count() == 0


def test_circle_of_conditions_is_refused_and_named(marketing):
    need, desire, budget = question("need"), question("desire"), question("budget")
    QuestionCondition.objects.create(question=desire, on=need, operator=Operator.ANSWERED)
    QuestionCondition.objects.create(question=budget, on=desire, operator=Operator.ANSWERED)
    response = marketing.post(page(need), posted(need, conditions=[(budget, Operator.ANSWERED, "")]))
    assert errors(response) == [
        "These would wait for each other and never be asked: “What do you need?” → “Which budget have you set aside?” "
        "→ “How important is it to you?” → “What do you need?”."
    ]
    assert set(all_conditions()) == {"desire", "budget"}


def test_choice_that_a_condition_names_is_not_deleted_nor_renamed(marketing):
    need = question("need")
    QuestionCondition.objects.create(question=question("desire"), on=need, operator=Operator.IN, value=["expand"])
    index = [choice.value for choice in need.choices.all()].index("expand")
    refused = marketing.post(page(need), posted(need, **{f"choices-{index}-DELETE": "on"}))
    assert errors(refused) == [
        "“Extend what we have” decides whether “How important is it to you?” is asked: untick “offered” instead of "
        "deleting it."
    ]
    refused = marketing.post(page(need), posted(need, **{f"choices-{index}-value": "grow"}))
    assert [error.partition(",")[0] for error in errors(refused)] == [
        "This choice decides whether “How important is it to you?” is asked"
    ]
    assert need.choices.filter(value="expand").exists()


def test_choice_of_a_policy_in_force_is_kept(marketing):
    need = question("need")
    assert "counts in the policy" in errors(marketing.post(page(need), posted(need, **{"choices-0-DELETE": "on"})))[0]


def test_choice_that_was_answered_is_kept_and_one_that_nothing_uses_is_deleted(marketing):
    need = question("need")
    Choice.objects.create(question=need, value="unused", label="Unused", position=9)
    marked = posted(need, **{"choices-4-DELETE": "on"})
    give_answers(lead=LeadFactory(), answers={"need": "looking"}, provenance=Provenance.FORM, now=NOW)
    assert "was given as an answer" in errors(marketing.post(page(need), marked | {"choices-3-DELETE": "on"}))[0]
    assert marketing.post(page(need), marked).status_code == 302
    assert not need.choices.filter(value="unused").exists()


def test_choice_that_is_not_offered_any_more_keeps_its_answers(marketing, client):
    need = question("need")
    lead = LeadFactory()
    give_answers(lead=lead, answers={"need": "looking"}, provenance=Provenance.FORM, now=NOW)
    data = posted(need)
    del data["choices-3-active"]
    assert marketing.post(page(need), data).status_code == 302
    assert "I am looking around" not in client.get("/f/contact-us/").content.decode()
    assert Answer.objects.get(lead=lead).value == "looking"


def test_question_with_choices_needs_one(marketing, ask):
    empty = ask("empty", QuestionKind.CHOICE)
    assert errors(marketing.post(page(empty), posted(empty))) == ["Add at least one choice that is offered."]


def test_question_that_another_depends_on_is_not_retired(marketing):
    need, budget = question("need"), question("budget")
    QuestionCondition.objects.create(question=budget, on=need, operator=Operator.ANSWERED)
    message = "Nobody would be asked “Which budget have you set aside?” any more: change what they depend on first."
    data = posted(need)
    del data["active"]
    assert errors(marketing.post(page(need), data)) == [message]
    marketing.post(LIST, {"action": "retire", "_selected_action": [need.pk, budget.pk]})
    assert (question("need").active, question("budget").active) == (True, False)
    assert question("budget").choices.count() == 5


def test_question_is_retired_and_never_deleted(marketing, client):
    need = question("need")
    assert marketing.post(reverse("admin:leads_question_delete", args=[need.pk]), {"post": "yes"}).status_code == 403
    marketing.post(LIST, {"action": "delete_selected", "_selected_action": [need.pk], "post": "yes"})
    marketing.post(LIST, {"action": "retire", "_selected_action": [need.pk]})
    assert question("need").active is False
    assert "What do you need?" not in client.get("/f/contact-us/").content.decode()


def test_preview_shows_what_is_typed_and_stores_nothing(marketing):
    need = question("need")
    typed = posted(need, text="What are you <b>missing</b>?", **{"choices-0-label": "Everything"})
    html = marketing.post(PREVIEW, typed).content.decode()
    assert "What are you &amp;lt;b&amp;gt;missing&amp;lt;/b&amp;gt;?" in html
    assert "Everything" in html
    assert html.count("type=&quot;radio&quot;") == 4
    assert question("need").text == "What do you need?"


@pytest.mark.parametrize("kind", [*QuestionKind.values, "bogus", ""])
def test_preview_draws_every_kind(marketing, kind):
    assert marketing.post(PREVIEW, {"text": "Hm?", "kind": kind}).status_code == 200


@pytest.mark.parametrize("total", ["x", "-1", "99999999999", "5"])
def test_preview_survives_what_no_browser_sends(marketing, total):
    assert marketing.post(PREVIEW, {"kind": "choice", "choices-TOTAL_FORMS": total}).status_code == 200


def test_preview_is_for_those_who_see_questions(admin_as):
    assert admin_as("rep").post(PREVIEW, {}).status_code == 302


def test_page_says_where_the_question_is_used(marketing):
    need = question("need")
    QuestionCondition.objects.create(question=question("budget"), on=need, operator=Operator.IN, value=["new"])
    give_answers(lead=LeadFactory(), answers={"need": "new"}, provenance=Provenance.FORM, now=NOW)
    html = marketing.get(page(need)).content.decode()
    for use in ("Contact us", "Marketing-qualified v1", "Ready to convert v1", "Which budget have you set aside?"):
        assert f">{use}</a>" in html
    assert ">1 answer</a>" in html
    assert "asked if “What do you need?” is one of: Start with something new" in html


def test_list_says_when_a_question_is_asked(marketing, django_assert_max_num_queries):
    QuestionCondition.objects.create(
        question=question("budget"), on=question("need"), operator=Operator.IN, value=["new", "expand"]
    )
    with django_assert_max_num_queries(14):
        html = marketing.get(LIST).content.decode()
    assert "“What do you need?” is one of: Start with something new, Extend what we have" in html
    assert html.count(">always<") == 4
