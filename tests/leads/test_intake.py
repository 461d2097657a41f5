import pytest

from leads.models import Answer, Inquiry, Lead, Provenance, Stage
from leads.services.intake import IntakeRefused, add_researched_lead, take_inquiry
from tests.factories import NOW, ContactFactory, LeadFactory, RoutingRuleFactory, SourceFactory, UserFactory
from tests.leads.conftest import QUALIFYING

pytestmark = pytest.mark.django_db


def test_take_inquiry_keeps_the_payload_verbatim(defaults, submission):
    payload = {"first_name": " Ada ", "note": "<b>=1+1</b>", "list": ["a", 1, None]}
    intake = take_inquiry(submission=submission(payload=payload), now=NOW)
    assert Inquiry.objects.get(pk=intake.inquiry.pk).payload == payload


def test_take_inquiry_finds_the_lead_by_normalized_email(defaults, submission):
    first = take_inquiry(submission=submission(email="Ada.Lovelace+news@GoogleMail.com"), now=NOW)
    second = take_inquiry(submission=submission(email="adalovelace@gmail.com", city="London"), now=NOW)
    assert (first.created, second.created) == (True, False)
    assert first.lead.pk == second.lead.pk
    assert Lead.objects.get().city == "London"
    assert Inquiry.objects.count() == 2


def test_take_inquiry_never_overwrites_what_is_known(defaults, submission):
    take_inquiry(submission=submission(company="Lovelace Ltd"), now=NOW)
    take_inquiry(submission=submission(company="Somebody else"), now=NOW)
    assert Lead.objects.get().company == "Lovelace Ltd"


def test_take_inquiry_matches_by_phone_without_an_email(defaults, submission):
    first = take_inquiry(submission=submission(email="", phone="+49 30 1234567"), now=NOW)
    second = take_inquiry(submission=submission(email="", phone="030 1234567", country="de"), now=NOW)
    assert second.lead.pk == first.lead.pk
    assert first.lead.time_zone == "Europe/Berlin"


def test_two_people_with_one_phone_and_two_addresses_stay_two_leads(defaults, submission):
    take_inquiry(submission=submission(email="a@one.example", phone="+493012345678"), now=NOW)
    take_inquiry(submission=submission(email="b@one.example", phone="+493012345678"), now=NOW)
    assert Lead.objects.count() == 2


def test_answers_have_provenance_and_inquiry(defaults, submission):
    intake = take_inquiry(submission=submission(answers={"need": "new"}), now=NOW)
    answer = Answer.objects.get()
    assert (answer.value, answer.provenance, answer.inquiry, answer.answered_at) == (
        "new",
        Provenance.FORM,
        intake.inquiry,
        NOW,
    )


def test_a_qualifying_inquiry_becomes_mql_self_qualified_and_is_routed(defaults, submission):
    rep = UserFactory()
    rule = RoutingRuleFactory(members=[rep])
    lead = take_inquiry(submission=submission(answers=QUALIFYING), now=NOW).lead
    lead.refresh_from_db()
    assert (lead.stage, lead.path, lead.owner, lead.reached_sales_at) == (Stage.MQL, "self_qualified", rep, NOW)
    assert lead.assignments.get().rule == rule
    assert (lead.accept_by - NOW).total_seconds() == rule.accept_within_minutes * 60


def test_an_unqualified_inquiry_stays_unqualified_with_a_decision(defaults, submission):
    intake = take_inquiry(submission=submission(), now=NOW)
    assert intake.lead.stage == Stage.UNQUALIFIED
    assert intake.decision.qualified is False
    assert intake.decision.facts["answer:need"]["value"] == "looking"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"email": "not an address"}, {"email"}),
        ({"email": ""}, {"email"}),
        ({"phone": "12"}, {"phone"}),
        ({"country": "Germany"}, {"country"}),
        ({"first_name": "x" * 101}, {"first_name"}),
        ({"last_name": "a\x00b"}, {"last_name"}),
        ({"answers": {"no_such_question": "1"}}, {"no_such_question"}),
        ({"answers": {"need": "DROP TABLE"}, "email": "@"}, {"need", "email"}),
    ],
)
def test_take_inquiry_refuses_bad_input_and_stores_nothing(defaults, submission, fields, wrong):
    with pytest.raises(IntakeRefused) as refused:
        take_inquiry(submission=submission(**fields), now=NOW)
    assert set(refused.value.errors) == wrong
    assert (Lead.objects.count(), Inquiry.objects.count(), Answer.objects.count()) == (0, 0, 0)


def test_a_known_external_id_adds_nothing(defaults, submission):
    first = take_inquiry(submission=submission(external_id="crm:1"), now=NOW)
    again = take_inquiry(submission=submission(external_id="crm:1", company="Other"), now=NOW)
    assert again.repeated
    assert again.inquiry.pk == first.inquiry.pk
    assert (Inquiry.objects.count(), Answer.objects.count()) == (1, 2)


def test_an_inquiry_of_a_contact_is_attached_to_the_contact_too(defaults, submission):
    contact = ContactFactory(email="ada@lovelace.example")
    assert take_inquiry(submission=submission(), now=NOW).inquiry.contact == contact


def test_a_given_owner_is_not_routed_away(defaults, submission):
    owner = UserFactory()
    RoutingRuleFactory(members=[UserFactory()])
    lead = take_inquiry(submission=submission(answers=QUALIFYING, owner=owner), now=NOW).lead
    assert (lead.owner, lead.assignments.count()) == (owner, 0)


def test_a_researched_lead_has_no_inquiry_and_the_path_researched(defaults):
    rep = UserFactory()
    person = {"email": "found@company.example", "company": "Found Inc"}
    lead = add_researched_lead(person=person, answers=QUALIFYING, by=rep, now=NOW, source=SourceFactory())
    assert (lead.stage, lead.path, lead.owner, lead.inquiries.count()) == (Stage.MQL, "researched", rep, 0)


def test_a_researched_lead_that_exists_is_refused(defaults):
    LeadFactory(email="found@company.example")
    with pytest.raises(IntakeRefused):
        add_researched_lead(person={"email": "found@company.example"}, answers={}, by=UserFactory(), now=NOW)
