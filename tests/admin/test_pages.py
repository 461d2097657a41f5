"""Every page of the admin, for every role that may and may not see it."""

import pytest
from django.contrib import admin
from django.urls import reverse

from crm.people.models import Role
from tests.factories import UserFactory

MODELS = {model._meta.label_lower.replace(".", "_"): model for model in admin.site._registry}
pytestmark = pytest.mark.usefixtures("one_of_each")

# What a marketing manager may add and change; of the rest they see the records, except those of ADMINISTRATORS_ONLY.
SETS_UP = {
    "campaigns_campaign",
    "campaigns_source",
    "fields_customfield",
    "leads_inquiryform",
    "leads_namedpage",
    "leads_policy",
    "leads_question",
    "leads_reason",
    "leads_routingrule",
    "nurture_mailbox",
    "nurture_sequence",
    "nurture_topic",
    "opportunities_closereason",
    "opportunities_competitor",
    "opportunities_pipeline",
    "people_freeday",
    "people_territory",
    "people_exchangerate",
}
CHANGES = SETS_UP | {
    "opportunities_pipelinestage",
    "accounts_account",
    "contacts_contact",
    "leads_lead",
    "nurture_sendinglimits",
    "nurture_step",
    "people_company",
}
ADDS = SETS_UP | {"accounts_account", "nurture_suppression"}
ADMINISTRATORS_ONLY = {"people_quota"}
ADMINISTRATORS_ADD = ADDS | {"people_user", "people_team", "people_territory", "people_quota"}


def page(name, action, *args):
    return reverse(f"admin:{name}_{action}", args=args)


def record(name):
    return MODELS[name]._default_manager.first()


def statuses(client, url_of):
    """Status code by model name, of where it leads."""
    return {name: client.get(url_of(name), follow=True).status_code for name in MODELS}


@pytest.mark.parametrize(
    ("role", "closed"), [(Role.ADMINISTRATOR, set()), (Role.MARKETING_MANAGER, ADMINISTRATORS_ONLY)]
)
def test_list_and_record_open(admin_as, role, closed):
    client = admin_as(role)
    expected = {name: 403 if name in closed else 200 for name in MODELS}
    assert statuses(client, lambda name: page(name, "changelist")) == expected
    assert statuses(client, lambda name: page(name, "change", record(name).pk)) == expected


def test_lists_can_be_searched(admin_as):
    client = admin_as(Role.ADMINISTRATOR)
    assert set(statuses(client, lambda name: page(name, "changelist") + "?q=x'%25_").values()) == {200}


@pytest.mark.parametrize(("role", "adds"), [(Role.ADMINISTRATOR, ADMINISTRATORS_ADD), (Role.MARKETING_MANAGER, ADDS)])
def test_add_page_is_for_those_who_may_add(admin_as, role, adds):
    expected = {name: 200 if name in adds else 403 for name in MODELS}
    assert statuses(admin_as(role), lambda name: page(name, "add")) == expected


def test_marketing_manager_changes_only_what_is_theirs(rf):
    request = rf.get("/")
    request.user = UserFactory(marketing_manager=True)
    may_change = {name for name, m in MODELS.items() if admin.site._registry[m].has_change_permission(request)}
    assert may_change == CHANGES


@pytest.mark.parametrize("role", [Role.REP, Role.SALES_MANAGER])
def test_admin_is_closed_to_sales(admin_as, role):
    client = admin_as(role)
    for name in MODELS:
        for url in (page(name, "changelist"), page(name, "add"), page(name, "change", record(name).pk)):
            assert client.get(url, follow=True).status_code == 403, url


def test_what_services_write_cannot_be_changed_or_deleted(admin_as):
    """Append-only records among them."""
    client = admin_as(Role.ADMINISTRATOR)
    for name in MODELS.keys() - ADMINISTRATORS_ADD - CHANGES:
        row = record(name)
        assert client.post(page(name, "change", row.pk), {"x": 1}).status_code == 403, name
        assert client.post(page(name, "delete", row.pk), {"post": "yes"}).status_code == 403, name
        assert record(name) == row


def test_people_and_what_they_did_are_never_deleted(admin_as):
    client = admin_as(Role.ADMINISTRATOR)
    for name in ("leads_lead", "accounts_account", "contacts_contact", "people_user", "people_company"):
        assert client.post(page(name, "delete", record(name).pk), {"post": "yes"}).status_code == 403, name


def test_home_counts_what_waits(admin_as):
    response = admin_as(Role.MARKETING_MANAGER).get(reverse("admin:index"))
    counts = {card["title"]: card["count"] for card in response.context["waiting"]}
    assert counts == {
        "Leads to accept": 0,
        "Past the time to accept": 0,
        "Leads in nurture": 1,
        "Failed touches": 1,
        "Touches not known to be sent": 0,
        "Mail from nobody we know": 1,
        "Mailboxes that cannot be read": 0,
        "Posts refused since yesterday": 0,
    }


def test_menu_shows_what_the_role_may_open(admin_as):
    html = admin_as(Role.MARKETING_MANAGER).get(reverse("admin:index")).content.decode()
    assert reverse("admin:leads_policy_changelist") in html
    assert reverse("admin:people_quota_changelist") not in html


def test_stranger_is_sent_to_the_one_log_in(client):
    response = client.get(reverse("admin:index"), follow=False)
    assert response.status_code == 302
    login = client.get(response["Location"])
    assert login["Location"] == f"{reverse('account_login')}?next={reverse('admin:index')}".replace(
        "/admin/", "%2Fadmin%2F"
    )


def test_deactivated_manager_is_out_at_once(client):
    user = UserFactory(marketing_manager=True)
    client.force_login(user)
    user.is_active = False
    user.save()
    assert client.get(reverse("admin:leads_lead_changelist")).status_code == 302
