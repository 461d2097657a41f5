"""A form of several pages, without script: what is asked next, what is carried, what is checked in the end."""

from typing import Any

import pytest

from leads.models import Answer, FormStep, Inquiry, Lead
from tests.leads.forms.conftest import PERSON
from tests.leads.opened import opened


def keys_of(response: Any) -> list[str]:
    return [block.key or block.fields[0].name for block in response.context["view"].blocks if not block.waiting]


def page_of(response: Any) -> str:
    return response.context["view"].shown.page.title


def test_first_page_asks_its_questions_only(client, stepped):
    response = client.get("/f/contact-us/")
    assert (page_of(response), keys_of(response)) == ("Need", ["need"])
    html = response.content.decode()
    assert "Continue" in html
    assert "pat@company.example" not in html


def test_pages_lead_to_one_inquiry(client, stepped, fill):
    second = fill(client.get("/f/contact-us/"), {"answer-need": "new"})
    assert (second.status_code, page_of(second), keys_of(second)) == (200, "Plan", ["time_frame", "budget"])
    third = fill(second, {"answer-time_frame": "month"})
    assert (page_of(third), keys_of(third)) == ("You", ["first_name", "email", "company", "authority", "consent"])
    done = fill(third, PERSON | {"answer-authority": "decide", "consent": "on"})
    assert done.status_code == 302
    assert {a.question.key: a.value for a in Answer.objects.all()} == {
        "need": "new",
        "time_frame": "month",
        "authority": "decide",
    }
    assert (Inquiry.objects.get().payload["answer-need"], Inquiry.objects.get().consent.version) == ("new", 1)


def test_follow_up_question_comes_on_the_next_page_without_script(client, stepped, fill):
    follow_up = fill(client.get("/f/contact-us/"), {"answer-need": "replace"})
    assert (page_of(follow_up), keys_of(follow_up)) == ("Need", ["desire"])
    plan = fill(follow_up, {"answer-desire": "must"})
    assert page_of(plan) == "Plan"
    back = fill(plan, {}, back=True)
    assert keys_of(back) == ["need", "desire"]
    assert back.context["view"].fields["answer-desire"].value() == "must"


def test_follow_up_that_a_script_showed_is_not_asked_again(client, stepped, fill):
    shown = {"answer-need": "replace", "answer-desire": "must", "asked": ["need", "desire"]}
    assert page_of(fill(client.get("/f/contact-us/"), shown)) == "Plan"


def test_required_follow_up_is_asked_for_only_where_it_applies(client, stepped, fill):
    stepped.form_questions.filter(question__key="desire").update(required=True)
    assert page_of(fill(client.get("/f/contact-us/"), {"answer-need": "new"})) == "Plan"
    follow_up = fill(client.get("/f/contact-us/"), {"answer-need": "replace"})
    assert follow_up.context["view"].fields.errors == {}
    again = fill(follow_up, {})
    assert (again.status_code, list(again.context["view"].fields.errors)) == (422, ["answer-desire"])


def test_needed_answer_holds_up_its_page(client, stepped, fill):
    response = fill(client.get("/f/contact-us/"), {})
    assert (response.status_code, page_of(response)) == (422, "Need")
    assert list(response.context["view"].fields.errors) == ["answer-need"]


def test_what_was_typed_survives_back_and_errors(client, stepped, fill):
    third = fill(fill(client.get("/f/contact-us/"), {"answer-need": "new"}), {"answer-budget": "to_5k"})
    back = fill(third, {"company": 'Söhne & "Co"', "email": "no address"}, back=True)
    assert (page_of(back), back.context["view"].fields["answer-budget"].value()) == ("Plan", "to_5k")
    again = fill(back, {"answer-budget": "to_25k"})
    assert again.context["view"].fields["company"].value() == 'Söhne & "Co"'
    wrong = fill(again, {"company": 'Söhne & "Co"', "email": "no address"})
    assert (wrong.status_code, page_of(wrong), list(wrong.context["view"].fields.errors)) == (422, "You", ["email"])
    assert 'value="Söhne &amp; &quot;Co&quot;"' in wrong.content.decode()
    assert fill(wrong, {"email": "pat@company.example"}).status_code == 302
    assert Inquiry.objects.get().payload["answer-budget"] == "to_25k"


def test_answer_to_a_question_that_no_longer_applies_is_not_stored(client, stepped, fill):
    follow_up = fill(client.get("/f/contact-us/"), {"answer-need": "replace"})
    back = fill(fill(follow_up, {"answer-desire": "must"}), {}, back=True)
    third = fill(fill(back, {"answer-need": "new"}), {})
    assert fill(third, PERSON).status_code == 302
    assert [a.question.key for a in Answer.objects.all()] == ["need"]


@pytest.mark.parametrize("page", ["0", "9", "-1", "x", "²"])
def test_made_up_page_number_does_not_skip_checks(client, stepped, page):
    response = client.post("/f/contact-us/", PERSON | {"token": opened(stepped), "page": page})
    assert (response.status_code, page_of(response)) == (422, "Need")
    assert Lead.objects.count() == 0


def test_changed_hidden_value_is_checked_at_the_end(client, stepped, fill):
    third = fill(fill(client.get("/f/contact-us/"), {"answer-need": "new"}), {})
    response = fill(third, PERSON | {"answer-need": "bogus"})
    assert (response.status_code, page_of(response)) == (422, "Need")
    assert list(response.context["view"].fields.errors) == ["answer-need"]
    assert Inquiry.objects.count() == 0


def test_page_whose_questions_do_not_apply_is_left_out(client, stepped, fill):
    plan = FormStep.objects.get(title="Plan")
    stepped.form_questions.filter(step=plan).delete()
    stepped.form_questions.filter(question__key="desire").update(step=plan)
    assert page_of(fill(client.get("/f/contact-us/"), {"answer-need": "new"})) == "You"
    assert page_of(fill(client.get("/f/contact-us/"), {"answer-need": "replace"})) == "Plan"


def test_contact_details_are_as_the_form_says(client, defaults):
    defaults.person_fields, defaults.person_required = ["last_name", "country"], ["last_name"]
    defaults.save()
    response = client.post("/f/contact-us/", {"token": opened(defaults), "email": "a@b.example"})
    assert list(response.context["view"].fields.errors) == ["last_name"]
    data = {"email": "a@b.example", "last_name": "X", "country": "de", "first_name": "not asked"}
    assert client.post("/f/contact-us/", data | {"token": opened(defaults)}).status_code == 302
    lead = Lead.objects.get()
    assert (lead.last_name, lead.country, lead.first_name) == ("X", "DE", "")


def test_query_count_does_not_grow_with_pages(client, stepped, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        client.get("/f/contact-us/")
