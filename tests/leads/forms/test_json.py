"""The JSON endpoint: the same definition and checks, for a company's own pages."""

import json
from typing import Any

import pytest

from leads.models import FormQuestion, Inquiry, InquiryForm, Lead
from tests.leads.forms.conftest import PERSON
from tests.leads.opened import opened

URL = "/api/forms/contact-us/"
SITE = "https://www.company.example"


@pytest.fixture
def post(client: Any, defaults: InquiryForm) -> Any:
    def send(body: Any, **extra: Any) -> Any:
        data = {"token": opened(defaults), **body} if isinstance(body, dict) else body
        raw = data if isinstance(data, bytes) else json.dumps(data)
        return client.post(URL, raw, content_type="application/json", **extra)

    return send


def test_definition_tells_what_to_ask(client, stepped):
    told = client.get(URL).json()
    assert [step["title"] for step in told["steps"]] == ["Need", "Plan", "You"]
    need, desire = told["steps"][0]["questions"]
    assert (need["key"], need["required"], need["choices"][0]["value"]) == ("need", True, "replace")
    assert desire["only_if"] == [{"question": "need", "operator": "in", "value": ["replace"]}]
    assert told["steps"][2]["fields"][2] == {"name": "email", "label": "E-mail address", "required": True}
    assert (told["consent"]["text"], told["leave_empty"]) == (stepped.consent_text, "fax_number")


def test_submission_by_definition_is_taken(client, stepped):
    told = client.get(URL, {"page": "https://www.company.example/offer?a=1", "utm_source": "news"}).json()
    body = PERSON | {"token": told["token"], "answers": {"need": "new", "authority": "decide"}, "consent": True}
    response = client.post(URL, json.dumps(body), content_type="application/json")
    assert (response.status_code, response.json()["qualified"]) == (201, False)
    inquiry = Inquiry.objects.get()
    assert (inquiry.via, inquiry.utm, inquiry.consent.version) == ("json", {"utm_source": "news"}, 1)
    assert inquiry.landing_page == "https://www.company.example/offer?a=1"
    assert client.get(response.json()["thanks_url"]).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (PERSON | {"email": "no address"}, "email"),
        (PERSON | {"email": ["a@b.example", "c@d.example"]}, "email"),
        (PERSON | {"email": {"$ne": ""}}, "email"),
        (PERSON | {"owner": 1}, "owner"),
        (PERSON | {"stage": "mql"}, "stage"),
        (PERSON | {"answers": {"need": "bogus"}}, "need"),
        (PERSON | {"answers": {"need": {"a": 1}}}, "need"),
        (PERSON | {"answers": {"unheard_of": "x"}}, "unheard_of"),
        (PERSON | {"company": "nul \x00"}, "company"),
        (PERSON | {"company": 5, "phone": "call me"}, "phone"),
        ({}, "email"),
        (PERSON | {"token": 5}, "token"),
    ],
)
def test_what_is_wrong_is_told_by_field_and_nothing_stored(post, body, field):
    response = post(body)
    assert (response.status_code, list(response.json()["errors"])) == (422, [field])
    assert Lead.objects.count() == 0


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"x"', b"null", b'{"answers": []}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_submission_is_400(post, raw):
    assert post(raw).status_code == 400


def test_question_of_another_form_is_refused(post, defaults):
    FormQuestion.objects.filter(question__key="budget").delete()
    assert post(PERSON | {"answers": {"budget": "to_5k"}}).json()["errors"] == {
        "budget": ["This form does not ask that."]
    }


def test_only_allowed_sites_may_use_it_from_a_browser(client, post, defaults):
    InquiryForm.objects.update(allowed_sites=f"{SITE}\nhttps://shop.example:8443")
    for origin, allowed in (
        (SITE, SITE),
        ("https://evil.example", None),
        ("https://www.company.example.evil.example", None),
    ):
        for response in (
            client.options(URL, headers={"origin": origin}),
            client.get(URL, headers={"origin": origin}),
            post({}, headers={"origin": origin}),
        ):
            assert response.headers.get("Access-Control-Allow-Origin") == allowed
            assert "Access-Control-Allow-Credentials" not in response.headers
            assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(client, defaults, method):
    assert getattr(client, method)(URL).status_code == 405
