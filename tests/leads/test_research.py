"""What reps found out: profiles, facts, projects and who counts in them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from crm.accounts.models import IdentifiedProject
from crm.contacts.models import KeyContact
from crm.web.links import clean_link
from leads.models import Finding, LeadProject, Stage
from leads.research import dossier_of
from leads.services.conversion import ConversionChoice, convert_lead
from leads.services.merging import merge_leads, undo_merge
from leads.services.research import ResearchRefused, add_finding, identify_project
from tests.factories import NOW, AccountFactory, ContactFactory, LeadFactory, UserFactory

pytestmark = pytest.mark.django_db
PROJECT = {"name": "New plant in Leeds", "phase": "planned", "amount": "250000", "currency": "eur"}


@pytest.fixture
def rep():
    return UserFactory()


@pytest.fixture
def as_rep(client, rep):
    client.force_login(rep)
    return client


@pytest.fixture
def lead(rep):
    return LeadFactory(owner=rep, company="Lovelace Ltd", email="ada@lovelace.example")


def url(name, record, *more):
    return reverse(f"leads:{name}", args=[record._meta.model_name, record.pk, *more])


def post(client, address, **fields):
    return client.post(address, {"version": 1} | fields)


def found(lead, rep, **fields):
    given = {"label": "Revenue", "value": "12 million", "of_company": True} | fields
    return add_finding(about=lead, kind="fact", fields=given, by=rep, now=NOW)


def test_profile_is_named_by_its_network_and_says_by_whom(as_rep, lead, rep):
    response = post(as_rep, url("new_finding", lead, "profile"), url="www.LinkedIn.com/in/ada")
    assert (response.status_code, response.url) == (302, lead.get_absolute_url())
    profile = Finding.objects.get()
    assert (profile.url, profile.label, profile.by) == ("https://www.linkedin.com/in/ada", "LinkedIn", rep)
    assert (profile.of_company, profile.lead) == (False, lead)
    html = as_rep.get(lead.get_absolute_url()).content.decode()
    assert '<a href="https://www.linkedin.com/in/ada" rel="noopener noreferrer nofollow" target="_blank">' in html


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "javascript://linkedin.com/%0aalert(1)",
        "data:text/html,<script>",
        "ftp://linkedin.com/in/ada",
        "https://linkedin.com@evil.example/",
        "https://linkedin.com\\@evil.example/",
        "https://localhost/",
        "//",
        "http://[::1",
        "a b",
        "https://example.com/" + "x" * 600,
    ],
)
def test_harmful_or_impossible_links_are_refused_at_the_field(as_rep, lead, link):
    response = post(as_rep, url("new_finding", lead, "profile"), url=link)
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"url"})
    assert not Finding.objects.exists()


def test_link_without_scheme_gets_one_and_keeps_its_path():
    assert clean_link(" Xing.com/profile/Ada?x=1 ") == "https://xing.com/profile/Ada?x=1"
    with pytest.raises(ValidationError):
        clean_link("mailto:ada@example.com")


def test_same_profile_twice_is_refused(as_rep, lead):
    for status in (302, 422):
        assert post(as_rep, url("new_finding", lead, "profile"), url="https://x.com/ada").status_code == status
    assert Finding.objects.count() == 1


def test_same_profile_by_two_at_once_is_one(lead, rep):
    fields = {"label": "X", "url": "https://x.com/ada"}
    add_finding(about=lead, kind="profile", fields=fields, by=rep, now=NOW)
    with pytest.raises(ResearchRefused):
        add_finding(about=lead, kind="profile", fields=fields, by=rep, now=NOW)
    assert Finding.objects.count() == 1


def test_fact_has_a_source_and_is_the_companys(as_rep, lead):
    fields = {"label": "Technologies", "value": "SAP, <b>Oracle</b>", "url": "lovelace.example/about"}
    post(as_rep, url("new_finding", lead, "fact"), **fields)
    fact = Finding.objects.get()
    assert (fact.of_company, fact.url) == (True, "https://lovelace.example/about")
    html = as_rep.get(lead.get_absolute_url()).content.decode()
    assert "SAP, &lt;b&gt;Oracle&lt;/b&gt;" in html


def test_fact_needs_what_and_what_it_says(as_rep, lead):
    response = post(as_rep, url("new_finding", lead, "fact"), label="", value="")
    assert set(response.context["form"].errors) == {"label", "value"}


def test_finding_is_edited_with_provenance_and_taken_out(as_rep, lead, rep):
    fact = found(lead, UserFactory())
    address = url("finding", lead, fact.pk)
    post(as_rep, address, label="Revenue", value="13 million")
    fact.refresh_from_db()
    assert (fact.value, fact.changed_by, fact.by == rep) == ("13 million", rep, False)
    as_rep.post(address, {"version": 2, "label": "Revenue", "value": "x", "removed": "on"})
    fact.refresh_from_db()
    assert (fact.removed_at is None, fact.value) == (False, "13 million")
    assert as_rep.get(address).status_code == 404


def test_stale_edit_is_told_what_changed(as_rep, lead, rep):
    fact = found(lead, rep)
    Finding.objects.update(value="14 million", version=2)
    response = post(as_rep, url("finding", lead, fact.pk), label="Revenue", value="13 million")
    assert response.status_code == 422
    assert "Somebody changed this" in response.content.decode()
    assert Finding.objects.get().value == "14 million"


def test_project_with_value_and_dates(as_rep, lead, rep):
    post(as_rep, url("new_project", lead), **PROJECT, starts_on="2026-05-01", ends_on="2026-09-01")
    project = IdentifiedProject.objects.get()
    assert (project.amount, project.currency, project.by) == (Decimal(250_000), "EUR", rep)
    assert (project.account, project.lead_link.lead) == (None, lead)
    assert "New plant in Leeds" in as_rep.get(lead.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ends_on": "2025-01-01"}, "ends_on"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "1e30"}, "amount"),
        ({"currency": "€"}, "currency"),
        ({"phase": "dreamt"}, "phase"),
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"url": "javascript:a()"}, "url"),
    ],
)
def test_impossible_project_is_refused_at_the_field(as_rep, lead, wrong, field):
    response = post(as_rep, url("new_project", lead), **(PROJECT | {"starts_on": "2026-05-01"} | wrong))
    assert (response.status_code, set(response.context["form"].errors)) == (422, {field})
    assert not IdentifiedProject.objects.exists()


def test_key_contact_is_reached_from_the_page(as_rep, lead, rep, time_machine):
    time_machine.move_to(NOW.replace(hour=16))  # noon in New York: the number may be called
    project = identify_project(at=lead, fields={"name": "Plant"}, by=rep, now=NOW)
    fields = {"name": "Mary Boss", "role": "decision_maker", "email": "Mary@Lovelace.example", "phone": "212 555 0100"}
    post(as_rep, url("new_key_contact", lead, project.pk), **fields)
    person = KeyContact.objects.get()
    assert (person.role, person.phone) == ("decision_maker", "+12125550100")
    html = as_rep.get(lead.get_absolute_url()).content.decode()
    assert 'href="tel:+12125550100"' in html
    assert "Decision-maker" in html


def test_key_contact_is_somebody_with_a_possible_address(as_rep, lead, rep):
    project = identify_project(at=lead, fields={"name": "Plant"}, by=rep, now=NOW)
    response = post(as_rep, url("new_key_contact", lead, project.pk), email="a@@b", phone="12")
    assert set(response.context["form"].errors) == {"name", "email", "phone"}


def test_contact_of_the_account_is_chosen_once_a_project(as_rep, rep):
    contact = ContactFactory(account=AccountFactory(owner=rep))
    project = identify_project(at=contact.account, fields={"name": "Plant"}, by=rep, now=NOW)
    address = url("new_key_contact", contact.account, project.pk)
    for status in (302, 422):
        assert post(as_rep, address, contact=contact.pk, role="user").status_code == status
    stranger = ContactFactory(account=AccountFactory())
    assert set(post(as_rep, address, contact=stranger.pk).context["form"].errors) >= {"contact"}
    assert KeyContact.objects.get().contact == contact


@pytest.mark.parametrize("method", ["get", "post"])
def test_research_of_others_is_as_if_it_were_not_there(as_rep, method):
    other = UserFactory()
    theirs = LeadFactory(owner=other)
    fact = found(theirs, other)
    project = identify_project(at=theirs, fields={"name": "Plant"}, by=other, now=NOW)
    person = KeyContact.objects.create(project=project, name="Mary", by=other, at=NOW)
    addresses = [
        url("new_finding", theirs, "fact"),
        url("finding", theirs, fact.pk),
        url("new_project", theirs),
        url("project", theirs, project.pk),
        url("new_key_contact", theirs, project.pk),
        url("key_contact", theirs, project.pk, person.pk),
    ]
    assert [getattr(as_rep, method)(address).status_code for address in addresses] == [404] * len(addresses)
    assert list(IdentifiedProject.objects.visible_to(other)) == [project]
    assert not IdentifiedProject.objects.visible_to(UserFactory()).exists()


def test_findings_of_another_record_are_not_reached_through_an_own_one(as_rep, lead):
    theirs = found(LeadFactory(owner=UserFactory()), None)
    assert as_rep.get(url("finding", lead, theirs.pk)).status_code == 404
    assert as_rep.get(reverse("leads:finding", args=["campaign", lead.pk, theirs.pk])).status_code == 404


def test_reader_is_not_offered_what_they_may_not_do(client, lead):
    client.force_login(UserFactory(marketing_manager=True))
    assert client.get(url("new_finding", lead, "fact")).status_code == 403
    assert url("new_finding", lead, "fact") not in client.get(lead.get_absolute_url()).content.decode()


def test_get_and_page_without_script_change_nothing(as_rep, lead):
    response = as_rep.get(url("new_project", lead))
    assert (response.status_code, response.templates[0].name) == (200, "components/dialog_page.html")
    assert not IdentifiedProject.objects.exists()


def test_conversion_carries_research_to_account_contact_and_opportunity(as_rep, defaults, lead, rep):
    profile = {"label": "LinkedIn", "url": "https://linkedin.com/in/ada"}
    add_finding(about=lead, kind="profile", fields=profile, by=rep, now=NOW)
    found(lead, rep)
    project = identify_project(at=lead, fields={"name": "Plant"}, by=rep, now=NOW)
    me = KeyContact.objects.create(project=project, name="Ada", email="ADA@lovelace.example", by=rep, at=NOW)
    type(lead).objects.filter(pk=lead.pk).update(stage=Stage.SAL, path="researched", reached_sales_at=NOW)
    choice = ConversionChoice(override_reason="Known")
    conversion = convert_lead(lead=lead, by=UserFactory(sales_manager=True), now=NOW, choice=choice)
    of_account = dossier_of(conversion.account, user=rep)
    assert [fact.label for fact in of_account.facts] == ["Revenue"]
    assert (of_account.profiles, of_account.projects) == ([], [project])
    of_contact = dossier_of(conversion.contact, user=rep)
    assert ([p.label for p in of_contact.profiles], of_contact.facts) == (["LinkedIn"], [])
    assert of_contact.projects == [project]
    me.refresh_from_db()
    assert me.contact == conversion.contact
    for name, record in [("accounts", conversion.account), ("opportunities", conversion.opportunity)]:
        html = as_rep.get(reverse(f"{name}:detail", args=[record.pk])).content.decode()
        assert ("12 million" in html, "Plant" in html) == (True, True)


def test_merged_leads_share_their_research_until_the_merge_is_undone(rep, lead):
    twin = LeadFactory(owner=rep)
    for one in (lead, twin):
        add_finding(about=one, kind="profile", fields={"label": "X", "url": "https://x.com/a"}, by=rep, now=NOW)
    identify_project(at=twin, fields={"name": "Plant"}, by=rep, now=NOW)
    merge = merge_leads(survivor=lead, duplicate=twin, by=rep, now=NOW)
    dossier = dossier_of(lead, user=rep)
    assert (len(dossier.profiles), len(dossier.projects)) == (1, 1)
    undo_merge(merge=merge, by=rep, now=NOW)
    assert len(dossier_of(lead, user=rep).projects) == 0
    assert LeadProject.objects.get().lead == twin


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "fact", "label": "Revenue", "value": ""},
        {"kind": "profile", "url": ""},
        {"kind": "rumor", "label": "a", "value": "b", "url": "c"},
        {"kind": "profile", "url": "https://x.com/a", "lead": None},
    ],
)
def test_database_refuses_findings_that_say_nothing_or_belong_to_nobody(lead, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.create(**({"lead": lead, "at": NOW} | wrong))


@pytest.mark.parametrize("count", [1, 10])
def test_research_takes_three_queries(lead, rep, count, django_assert_num_queries):
    for number in range(count):
        found(lead, rep, label=f"Fact {number}")
        project = identify_project(at=lead, fields={"name": "Plant"}, by=rep, now=NOW)
        KeyContact.objects.create(project=project, name="Mary", by=rep, at=NOW)
    with django_assert_num_queries(3):
        dossier_of(lead, user=rep)


def test_notes_show_links_that_can_be_clicked_safely():
    from crm.web.templatetags.ui import with_links

    html = with_links('see https://a.example/x?a=1&b=2 or javascript:alert(1) <img src=x onerror="a"> www.b.example')
    assert html.count("<a ") == html.count('rel="noopener noreferrer nofollow"') == 2
    assert 'href="javascript' not in html
    assert "&lt;img" in html
