import pytest
from django.urls import reverse

from leads.models import Criterion, Policy, PolicyPurpose, PolicyStatus

pytestmark = pytest.mark.usefixtures("defaults")
CRITERION = {
    "criteria-0-label": "Has a need",
    "criteria-0-field": "country",
    "criteria-0-question": "",
    "criteria-0-operator": "in",
    "criteria-0-value": '["US"]',
    "criteria-0-points": "10",
    "criteria-0-position": "0",
}
MANAGEMENT = {"criteria-TOTAL_FORMS": "1", "criteria-INITIAL_FORMS": "0"}
POLICY = {"name": "Tougher", "purpose": "marketing", "threshold": "80"} | MANAGEMENT


@pytest.fixture
def marketing(admin_as):
    return admin_as("marketing_manager")


@pytest.fixture
def active(defaults):
    return Policy.objects.get(purpose=PolicyPurpose.MARKETING, status=PolicyStatus.ACTIVE)


def page(policy, name="change"):
    return reverse(f"admin:leads_policy_{name}", args=[policy.pk])


def test_active_policy_cannot_be_edited_or_deleted(marketing, active):
    assert b'name="_save"' not in marketing.get(page(active)).content
    assert marketing.post(page(active), POLICY | CRITERION).status_code == 403
    assert marketing.post(page(active, "delete"), {"post": "yes"}).status_code == 403
    active.refresh_from_db()
    assert (active.name, active.threshold, active.criteria.count()) == ("Marketing-qualified", 70, 5)


def test_new_version_is_a_draft_with_the_same_criteria(marketing, active):
    response = marketing.post(page(active, "copy"), {"_form_submitted": "on"})
    draft = Policy.objects.get(status=PolicyStatus.DRAFT)
    assert response["HX-Redirect"] == page(draft)
    assert (draft.version, draft.criteria.count()) == (2, 5)


def test_activating_a_draft_retires_the_version_before(marketing, active):
    marketing.post(page(active, "copy"), {"_form_submitted": "on"})
    draft = Policy.objects.get(status=PolicyStatus.DRAFT)
    marketing.post(page(draft, "activate"), {"_form_submitted": "on"})
    statuses = Policy.objects.filter(purpose=PolicyPurpose.MARKETING).values_list("version", "status")
    assert dict(statuses) == {1: PolicyStatus.RETIRED, 2: PolicyStatus.ACTIVE}


def test_opening_an_action_changes_nothing(marketing, active):
    assert marketing.get(page(active, "copy")).status_code == 200
    assert Policy.objects.count() == 2


def test_only_a_draft_can_be_activated(marketing, active):
    assert "activate/" not in marketing.get(page(active)).content.decode()
    assert marketing.post(page(active, "activate"), {"_form_submitted": "on"}).status_code == 403


def test_policy_without_criteria_is_not_activated(marketing):
    draft = Policy.objects.create(name="Everybody", version=2, threshold=0)
    marketing.post(page(draft, "activate"), {"_form_submitted": "on"})
    assert "A policy without criteria would qualify everybody." in marketing.get(page(draft)).content.decode()


@pytest.mark.parametrize("action", ["activate", "copy"])
def test_actions_are_closed_to_sales(admin_as, active, action):
    assert (
        admin_as("sales_manager").post(page(active, action), {"_form_submitted": "on"}, follow=True).status_code == 403
    )


def test_address_of_no_policy_leads_home(marketing):
    assert marketing.get(reverse("admin:leads_policy_change", args=["nonsense"])).status_code == 302


def test_policy_is_written_with_its_criteria(marketing):
    response = marketing.post(reverse("admin:leads_policy_add"), POLICY | CRITERION)
    assert response.status_code == 302
    policy = Policy.objects.get(name="Tougher")
    assert (policy.version, policy.status, policy.criteria.get().value) == (2, PolicyStatus.DRAFT, ["US"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"criteria-0-field": ""}, "__all__"),
        ({"criteria-0-value": '"US"'}, "value"),
        ({"criteria-0-value": "US"}, "value"),
        ({"criteria-0-operator": "at_least", "criteria-0-value": "[1]"}, "value"),
    ],
)
def test_criterion_that_cannot_be_judged_is_refused(marketing, change, field):
    response = marketing.post(reverse("admin:leads_policy_add"), POLICY | CRITERION | change)
    [formset] = response.context["inline_admin_formsets"]
    assert list(formset.formset.errors[0]) == [field]
    assert Criterion.objects.count() == 9
