"""Whatever is typed, posted or imported: stored as it is or refused at its field, and then nothing is stored."""

import json
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from crm.people.emails import InvalidEmail, email_key, parse_email
from leads.answers import InvalidAnswer, clean_value, display
from leads.forms.answers import PREFIX
from leads.forms.public import QuestionsForm
from leads.models import Answer, FormQuestion, Inquiry, Lead, Provenance, Question, QuestionKind
from leads.services.intake import IntakeRefused, take_inquiry
from leads.services.person import PERSON_FIELDS, clean_person
from leads.services.qualification import store_answers
from tests.factories import NOW, AccountFactory, LeadFactory
from tests.leads.opened import opened

TYPED = ("first_name", "last_name", "phone", "company")
SURROGATE, NUL = "half \ud800 of a pair", "nul \x00 byte"


@pytest.fixture
def naughty(shared_data: Callable[[str], Path]) -> list[str]:
    """The big list, and texts that it lacks."""
    texts: list[str] = json.loads(shared_data("naughty-strings/blns.json").read_text(encoding="utf-8"))
    return [*texts, "ﷺ" * 100, "\u202e", "a\u0301" * 50, "NaN", "sNaN", "1e999", "-0", "\x1b[31m", "{{ 1/0 }}"]


@pytest.fixture
def every_kind(defaults):
    """A form that asks a question of every kind."""
    for position, kind in enumerate(QuestionKind.values):
        question = Question.objects.create(key=f"a_{kind}", text=f"{kind}?", kind=kind, dimension="fit")
        question.choices.create(value="a", label="A")
        FormQuestion.objects.create(form=defaults, question=question, position=position + 10)
    return defaults


def stored() -> tuple[int, int, int]:
    return Lead.objects.count(), Inquiry.objects.count(), Answer.objects.count()


@pytest.fixture
def send(client, defaults, settings):
    """send({...}): posted to the form, as often as one likes."""
    settings.FORM_POSTS_PER_ADDRESS = settings.FORM_POSTS_PER_NETWORK = 100_000
    return lambda data: client.post("/f/contact-us/", {"token": opened(defaults), **data})


@pytest.fixture
def send_json(client, defaults, settings):
    settings.FORM_POSTS_PER_ADDRESS = settings.FORM_POSTS_PER_NETWORK = 100_000
    url = reverse("leads:form_json", args=["contact-us"])
    return lambda data: client.post(url, {"token": opened(defaults), **data}, content_type="application/json")


def errors_of(response: Any) -> dict[str, Any]:
    return dict(response.context["view"].fields.errors) if response.status_code == 422 else {}


def chunks(texts: list[str], fields: list[str]) -> Iterator[dict[str, str]]:
    """Each text once, as many at a time as there are fields, starting with another field each time."""
    for n, start in enumerate(range(0, len(texts), len(fields))):
        turned = fields[n % len(fields) :] + fields[: n % len(fields)]
        yield dict(zip(turned, texts[start : start + len(fields)], strict=False))


def test_every_naughty_text_is_taken_by_the_form_or_refused_at_its_field(send, every_kind, naughty):
    """What was refused is left out of the next try, until the rest is taken."""
    fields = [*TYPED, *[f"answer-a_{kind}" for kind in QuestionKind.values]]
    for n, texts in enumerate(chunks(naughty, fields)):
        given = texts | {"email": f"p{n}@company.example"}
        while refused := errors_of(response := send(given)):
            assert (set(refused) <= set(texts) & set(given), Inquiry.objects.count()) == (True, n)
            given = {field: text for field, text in given.items() if field not in refused}
        assert (response.status_code, Inquiry.objects.count()) == (302, n + 1), texts


def test_no_naughty_text_breaks_the_form(every_kind, naughty):
    """Each text in every question at once."""
    questions = [(q, False) for q in Question.objects.prefetch_related("choices")]
    for text in naughty:
        form = QuestionsForm({f"{PREFIX}{q.key}": text for q, _ in questions}, questions=questions)
        assert form.is_valid() in (True, False)
        assert set(form.errors) <= set(form.fields)


def test_no_naughty_text_breaks_who_somebody_is(db, naughty):
    for text in naughty:
        person, errors = clean_person(dict.fromkeys(PERSON_FIELDS, text))
        assert set(errors) <= set(PERSON_FIELDS)
        fits = text.strip() != "" and "first_name" not in errors
        assert not fits or person["first_name"] == " ".join(text.split())


def test_every_naughty_text_is_stored_by_the_service_as_typed(submission, defaults, naughty):
    fields = ["first_name", "last_name", "company", "job_title", "city"]
    for n, texts in enumerate(chunks([text for text in naughty if len(text) <= 100], fields)):
        intake = take_inquiry(submission=submission(email=f"p{n}@company.example", payload=texts, **texts), now=NOW)
        intake.lead.refresh_from_db()
        intake.inquiry.refresh_from_db()
        assert intake.inquiry.payload == texts
        assert {field: getattr(intake.lead, field) for field in texts} == {
            field: " ".join(text.split()) for field, text in texts.items()
        }


def test_every_naughty_answer_is_stored_or_refused(every_kind, naughty):
    lead, kept = LeadFactory(), 0
    for kind in QuestionKind.values:
        question = Question.objects.prefetch_related("choices").get(key=f"a_{kind}")
        for value in (cleaned(question, text) for text in naughty):
            if value is not None:
                store_answers(lead=lead, cleaned={question: value}, provenance=Provenance.API, now=NOW)
                kept += 1
    assert [display(answer.question, answer.value) for answer in Answer.objects.all()].count("") == 0
    assert Answer.objects.count() == kept > 400


def cleaned(question: Question, raw: Any) -> Any:
    try:
        return clean_value(question, raw)
    except InvalidAnswer:
        return None


IMPOSSIBLE = [NUL, SURROGATE, {"a": 1}, [["a"]], [{}], {"amount": []}, {"amount": "1", "currency": "€"}, object()]


@pytest.mark.parametrize("kind", QuestionKind.values)
@pytest.mark.parametrize("value", [*IMPOSSIBLE, "x" * 1_000_000], ids=range(len(IMPOSSIBLE) + 1))
def test_impossible_answer_is_refused_and_nothing_is_stored(every_kind, submission, kind, value):
    given = submission(answers={"need": "new", f"a_{kind}": value})
    before = stored()
    with pytest.raises(IntakeRefused) as refused:
        take_inquiry(submission=given, now=NOW)
    assert list(refused.value.errors) == [f"a_{kind}"]
    assert all(len(message) < 200 for message in refused.value.errors.values())
    assert stored() == before


def test_unknown_foreign_and_retired_questions_are_refused_by_name(submission, defaults):
    Question.objects.filter(key="desire").update(active=False)
    before = stored()
    with pytest.raises(IntakeRefused) as refused:
        take_inquiry(submission=submission(answers={"nope": "1", "desire": "must", "need\x00": "new"}), now=NOW)
    assert refused.value.errors == dict.fromkeys(["nope", "desire", "need\x00"], "There is no such question.")
    assert stored() == before


def test_form_takes_no_answer_to_a_question_that_it_does_not_ask(send, defaults):
    Question.objects.create(key="secret", text="Secret?", kind="text", dimension="fit")
    for key in ("secret", "nope", "x" * 300):
        response = send({"email": "p@company.example", f"answer-{key}": "x"})
        assert errors_of(response) == {
            "__all__": [f"This form does not ask “{key[:64]}”. Please look at it again, then send it."]
        }
    assert stored() == (0, 0, 0)


def test_json_takes_every_naughty_text_or_refuses_it_by_its_name(send_json, every_kind, naughty):
    kinds = [f"a_{kind}" for kind in QuestionKind.values]
    for n, texts in enumerate(chunks([*naughty, NUL, SURROGATE], [*TYPED, *kinds])):
        names = dict(texts)
        while True:
            person = {name: names[name] for name in TYPED if name in names}
            answers = {key: names[key] for key in kinds if key in names}
            response = send_json({"email": f"p{n}@company.example", **person, "answers": answers})
            if response.status_code != 422:
                break
            refused = set(response.json()["errors"])
            assert (refused <= set(names), bool(refused), Inquiry.objects.count()) == (True, True, n)
            names = {name: text for name, text in names.items() if name not in refused}
        assert (response.status_code, Inquiry.objects.count()) == (201, n + 1), texts


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"answers": {"nope": "x"}}, "nope"),
        ({"answers": {"need": SURROGATE}}, "need"),
        ({"answers": {"need": {"a": 1}}}, "need"),
        ({"answers": {"need": "x" * 1_000_000}}, "need"),
        ({"first_name": ["Ada"]}, "first_name"),
        ({"first_name": SURROGATE}, "first_name"),
        ({"company": "x" * 1_000_000}, "company"),
        ({"company": NUL}, "company"),
        ({"phone": "+999 1"}, "phone"),
        ({"owner": "1"}, "owner"),
        ({"email": None}, "email"),
    ],
)
def test_json_refuses_what_cannot_be_by_its_name(send_json, body, name):
    response = send_json({"email": "p@company.example"} | body)
    assert (response.status_code, list(response.json()["errors"])) == (422, [name])
    assert stored() == (0, 0, 0)


@pytest.mark.parametrize("field", [*TYPED, "job_title", "website", "city", "country", "email", "external_id"])
@pytest.mark.parametrize("value", [NUL, SURROGATE, "x" * 1_000_000])
def test_value_that_cannot_be_stored_is_refused_at_its_field(submission, defaults, field, value):
    with pytest.raises(IntakeRefused) as refused:
        take_inquiry(submission=submission(**{field: value}), now=NOW)
    assert list(refused.value.errors) == [field]
    assert stored() == (0, 0, 0)


@pytest.mark.parametrize("value", [["Ada"], {"first": "Ada"}, 3.5, True])
def test_person_is_made_of_texts(submission, defaults, value):
    with pytest.raises(IntakeRefused) as refused:
        take_inquiry(submission=submission(first_name=value), now=NOW)
    assert refused.value.errors == {"first_name": "Enter a text."}


@pytest.mark.parametrize("payload", [{"a": NUL}, {NUL: 1}, {"a": [{"b": SURROGATE}]}, {"a": "x" * 1_000_000}])
def test_payload_that_cannot_be_kept_is_refused(submission, defaults, payload):
    with pytest.raises(IntakeRefused) as refused:
        take_inquiry(submission=submission(payload=payload), now=NOW)
    assert list(refused.value.errors) == ["payload"]
    assert stored() == (0, 0, 0)


def test_what_the_browser_sends_by_itself_is_never_refused(submission, defaults):
    sent = submission(landing_page="/f/\ud800?" + "x" * 9_000, referrer="https://a\x00b.example/")
    inquiry = take_inquiry(submission=sent, now=NOW).inquiry
    inquiry.refresh_from_db()
    assert (inquiry.landing_page[:5], len(inquiry.landing_page)) == ("/f/?x", 2000)
    assert inquiry.referrer == "https://ab.example/"


@pytest.mark.parametrize("site", ["javascript:alert(1)", "data:text/html,x", "no site", "ftp://x.example"])
def test_website_is_a_web_address(submission, defaults, site):
    with pytest.raises(IntakeRefused) as refused:
        take_inquiry(submission=submission(website=site), now=NOW)
    assert list(refused.value.errors) == ["website"]


@pytest.mark.parametrize(
    "number", ["+999 123 456", "+0 12", "call me", "+1 555", "0" * 39, "+", "٠٣٠١٢٣٤٥", "+49 30 1" * 5, "12", "()-"]
)
def test_phone_number_of_no_country_is_refused_at_its_field(send, number):
    response = send({"email": "p@company.example", "phone": number})
    assert list(errors_of(response)) == ["phone"]
    assert stored() == (0, 0, 0)


@pytest.mark.parametrize("country", ["ZZ", "XX", "QQ", "U", "USA", "\u0131\u0131"])
def test_phone_number_with_an_unknown_country_needs_its_prefix(submission, defaults, country):
    given = submission(country=country, phone="030 123456", answers={})
    with pytest.raises(IntakeRefused) as refused:
        take_inquiry(submission=given, now=NOW)
    assert set(refused.value.errors) <= {"country", "phone"}
    assert stored() == (0, 0, 0)


def test_number_of_no_one_place_is_taken_without_a_time_zone(submission, defaults):
    lead = take_inquiry(submission=submission(phone="+800 1234 5678"), now=NOW).lead
    assert (lead.phone, lead.time_zone) == ("+80012345678", "")


def test_names_that_unfold_to_many_characters_have_a_key_that_fits(submission, defaults):
    """One character becomes eighteen: PostgreSQL refuses what is too long for the column."""
    account = AccountFactory(name="ﷺ" * 200)
    lead = take_inquiry(submission=submission(company="ﷺ" * 200, first_name="ﷺ" * 100), now=NOW).lead
    assert (len(account.name_key), len(lead.company_key)) == (200, 200)


# Verdicts of isemail that mean: an address that people type and mail reaches.
GOOD = {"ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN"}
# Good by the RFC and refused on purpose: a domain of one word takes no mail from outside.
STRICTER = {"test@io"}


def isemail(path: Path) -> list[tuple[str, str]]:
    """Address and category. Control characters stand in the file as their pictures, 0x2400 higher."""
    pictures = {0x2400 + code: code for code in [*range(0x21), 0x7F]}
    tests = ET.parse(path).getroot().iter("test")
    return [((t.findtext("address") or "").translate(pictures), t.findtext("category") or "") for t in tests]


def test_addresses_of_isemail_get_their_verdict(shared_data):
    """Where we deviate: white space and line breaks around an address are taken off, as people paste it."""
    cases = isemail(shared_data("isemail/tests.xml"))
    assert len(cases) == 164
    wrong = []
    for address, category in cases:
        pasted = address != address.strip() and parse_or_none(address.strip()) is not None
        expected = (category in GOOD and address not in STRICTER) or pasted
        if (parse_or_none(address) is not None) != expected:
            wrong.append((address, category))
    assert wrong == []


def test_addresses_of_isemail_are_taken_normalised_or_refused_at_the_field(send, shared_data):
    for address, _ in isemail(shared_data("isemail/tests.xml")):
        before = stored()
        response = send({"email": address})
        if (normal := parse_or_none(address)) is None:
            assert list(errors_of(response)) == ["email"], address
            assert stored() == before
        else:
            assert response.status_code == 302
            lead = Inquiry.objects.latest("pk").lead
            assert (lead.email, lead.email_key) == (normal, email_key(normal))
            assert parse_email(normal) == normal == unicodedata.normalize("NFC", normal)


def parse_or_none(address: str) -> str | None:
    try:
        return parse_email(address)
    except InvalidEmail:
        return None
