import pytest
from django.urls import reverse
from django.utils.html import escape

from leads.criterion_words import asks_for
from leads.models import Criterion, Decision, Policy, PolicyPurpose, PolicyStatus, Provenance, Question
from leads.services.policies import activate_policy, new_version, policy_in_force
from leads.services.qualification import give_answers
from tests.factories import NOW, CampaignFactory, LeadFactory

pytestmark = pytest.mark.usefixtures("defaults")
CRITERION = {
    "criteria-0-label": "Has a need",
    "criteria-0-subject": "field:country",
    "criteria-0-operator": "in",
    "criteria-0-value": "US, DE",
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
    assert (policy.version, policy.status, policy.criteria.get().value) == (2, PolicyStatus.DRAFT, ["US", "DE"])


def with_subject(subject, **row):
    return {f"criteria-0-{name}": value for name, value in {"subject": subject, **row}.items()}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (with_subject(""), "subject"),
        (with_subject("answer:nonsense"), "subject"),
        (with_subject("field:country", value=" , "), "value"),
        (with_subject("field:country", operator="at_least", value="5"), "operator"),
        (with_subject("answer:budget", value=["lots"]), "value"),
        (with_subject("answer:budget", value=[]), "value"),
        (with_subject("answer:started", operator="in", value="2026-12-31"), "operator"),
        (with_subject("answer:amount", operator="at_least", value="many"), "value"),
        (with_subject("answer:started", operator="at_least", value="soon"), "value"),
        (with_subject("engagement:reply", operator="at_least", value="0"), "value"),
        (with_subject("engagement:reply", operator="at_least", value="1e3"), "value"),
        (with_subject("engagement:reply", operator="at_least", value="1", page="pricing"), "page"),
        (with_subject("engagement:visit", operator="at_least", value="1", page="Our Prices"), "page"),
        (with_subject("age:last_inquiry", operator="at_most", value="-1"), "value"),
        (with_subject("age:last_inquiry", operator="at_most", value="30", half_life_days="5"), "half_life_days"),
        (with_subject("field:country", value="US", within_days="30"), "within_days"),
        (with_subject("answer:budget", value=["to_5k"], half_life_days="0"), "half_life_days"),
        (with_subject("field:country", value="US", points="0"), "points"),
        (with_subject("field:country", value="US", points="many"), "points"),
    ],
)
def test_criterion_that_cannot_be_judged_is_refused_at_its_field(marketing, kinds, change, field):
    response = marketing.post(reverse("admin:leads_policy_add"), POLICY | CRITERION | change)
    [formset] = response.context["inline_admin_formsets"]
    assert list(formset.formset.errors[0]) == [field]
    assert Criterion.objects.count() == 9


@pytest.fixture
def kinds(defaults):
    """A question of each kind whose value is compared."""
    for key, kind in (("started", "date"), ("amount", "money"), ("staff", "number"), ("when", "time_frame")):
        Question.objects.create(key=key, text=f"{key}?", kind=kind, dimension="fit")
    Question.objects.create(key="sure", text="sure?", kind="boolean", dimension="fit")
    Question.objects.create(key="why", text="why?", kind="text", dimension="fit")


@pytest.mark.parametrize(
    ("row", "subject", "stored", "words"),
    [
        (
            with_subject("answer:budget", value=["to_25k", "to_100k"]),
            "answer:budget",
            ["to_25k", "to_100k"],
            "“Which budget have you set aside?” is one of 5,000 to 25,000, 25,000 to 100,000",
        ),
        (with_subject("answer:sure", value=["true"]), "answer:sure", ["true"], "“sure?” is one of Yes"),
        (
            with_subject("answer:amount", operator="at_least", value="5000.00"),
            "answer:amount",
            5000,
            "“amount?” is at least 5000",
        ),
        (
            with_subject("answer:staff", operator="at_most", value="2.5"),
            "answer:staff",
            "2.5",
            "“staff?” is at most 2.5",
        ),
        (
            with_subject("answer:started", operator="at_most", value="2026-12-31"),
            "answer:started",
            "2026-12-31",
            "“started?” is on or before 2026-12-31",
        ),
        (
            with_subject("answer:when", operator="at_most", value="90", within_days="60"),
            "answer:when",
            90,
            "“when?” is at most “Within three months”, said within the last 60 days",
        ),
        (with_subject("answer:why", operator="answered", value=""), "answer:why", [], "“why?” is known"),
        (
            with_subject("engagement:visit", operator="at_least", value="3", page="pricing", within_days="14"),
            "engagement:visit:pricing",
            3,
            "At least 3 visits to “pricing” in the last 14 days",
        ),
        (
            with_subject("age:last_inquiry", operator="at_most", value="30"),
            "age:last_inquiry",
            30,
            "Days since the last inquiry: at most 30",
        ),
    ],
)
def test_criterion_of_each_kind_is_stored_and_read_in_words(marketing, kinds, row, subject, stored, words):
    assert marketing.post(reverse("admin:leads_policy_add"), POLICY | CRITERION | row).status_code == 302
    policy = Policy.objects.get(name="Tougher")
    criterion = policy.criteria.get()
    assert (criterion.subject, criterion.value) == (subject, stored)
    assert asks_for(criterion) == words
    page_again = marketing.get(page(policy))
    assert escape(words) in page_again.content.decode()
    [formset] = page_again.context["inline_admin_formsets"]
    assert formset.formset.forms[0].kind is not None


def test_changed_row_looks_at_something_else(marketing, active):
    marketing.post(page(active, "copy"), {"_form_submitted": "on"})
    draft = Policy.objects.get(status=PolicyStatus.DRAFT)
    criterion = draft.criteria.first()
    row = with_subject("engagement:reply", operator="at_least", value="2") | {"criteria-0-id": criterion.pk}
    counts = {"criteria-TOTAL_FORMS": "1", "criteria-INITIAL_FORMS": "1"}
    answer = marketing.post(page(draft), POLICY | CRITERION | row | counts)
    assert answer.status_code == 302
    criterion.refresh_from_db()
    assert (criterion.question, criterion.subject, criterion.value) == (None, "engagement:reply", 2)


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("answer:budget", 'type="checkbox"'),
        ("answer:started", "2026-12-31"),
        ("engagement:reply", 'type="number"'),
        ("field:country", "US, DE, FR"),
        ("nonsense", "First choose what it looks at"),
    ],
)
def test_value_is_asked_for_as_the_subject_needs_it(marketing, kinds, subject, shown):
    address = reverse("admin:leads_policy_criterion_fields")
    html = marketing.get(address, {"subject": subject, "prefix": "criteria-2"}).content.decode()
    assert shown in html
    assert 'id="id_criteria-2-value' in html
    assert 'id="id_criteria-2-operator"' in html


def test_activating_says_what_changes(marketing, active, campaign):
    draft = new_version(policy=active, by=None)
    draft.threshold = 90
    draft.save()
    draft.criteria.filter(label="Has a say").delete()
    LeadFactory()
    html = marketing.get(page(draft, "activate")).content.decode()
    assert "Qualified from 70 of 110 points" in html
    assert "Qualified from 90 of 90 points" in html
    assert "Has a say" in html
    assert "1 unqualified lead is decided about again" in html
    assert Policy.objects.get(pk=draft.pk).status == PolicyStatus.DRAFT


@pytest.fixture
def campaign(db):
    return CampaignFactory(name="Fair")


def test_copy_for_a_campaign_decides_about_it_alone(marketing, active, campaign):
    marketing.post(page(active, "copy"), {"_form_submitted": "on", "campaign": campaign.pk})
    draft = Policy.objects.get(campaign=campaign)
    assert (draft.version, draft.status, draft.criteria.count()) == (1, PolicyStatus.DRAFT, 5)
    marketing.post(page(draft, "activate"), {"_form_submitted": "on"})
    assert set(Policy.objects.filter(status="active", purpose="marketing")) == {active, draft}


def test_retired_campaign_policy_leaves_its_leads_to_the_general_one(marketing, active, campaign):
    override = activate_policy(policy=new_version(policy=active, by=None, campaign=campaign), by=None, now=NOW)
    assert "The general policy decides" in marketing.get(page(override, "retire")).content.decode()
    marketing.post(page(override, "retire"), {"_form_submitted": "on"})
    override.refresh_from_db()
    assert override.status == PolicyStatus.RETIRED
    assert policy_in_force(campaign_id=campaign.pk).policy == active


@pytest.mark.parametrize(
    ("threshold", "points", "problem"),
    [(90, 60, "Nobody could reach 90 points"), (0, 10, "It would qualify everybody")],
)
def test_policy_that_decides_nothing_is_not_activated(marketing, threshold, points, problem):
    draft = Policy.objects.create(name="Odd", version=2, threshold=threshold)
    Criterion.objects.create(policy=draft, label="Country", field="country", value=["US"], points=points)
    assert problem in marketing.get(page(draft, "activate")).content.decode()
    marketing.post(page(draft, "activate"), {"_form_submitted": "on"})
    draft.refresh_from_db()
    assert draft.status == PolicyStatus.DRAFT


def test_try_on_a_lead_shows_every_criterion_and_records_nothing(marketing, active):
    lead = LeadFactory()
    give_answers(lead=lead, answers={"need": "new", "budget": "none"}, provenance=Provenance.FORM, now=NOW)
    before = Decision.objects.count()
    response = marketing.get(reverse("admin:leads_policy_try", args=[active.pk]), {"lead": lead.pk})
    trial = response.context["trial"]
    assert [line.result.outcome for line in trial.lines] == ["met", "unknown", "unknown", "not_met", "unknown"]
    assert "Start with something new" in response.content.decode()
    assert Decision.objects.count() == before


def test_try_finds_leads_by_what_is_typed(marketing, active):
    wanted, _ = LeadFactory(company="Zebra Ltd"), LeadFactory()
    address = reverse("admin:leads_policy_try", args=[active.pk])
    assert list(marketing.get(address, {"q": "zebra"}).context["found"]) == [wanted]
    assert marketing.get(address, {"q": "zebra", "lead": "9" * 30}).context["trial"] is None
    assert "No lead matches" in marketing.get(address, {"q": "nobody at all\x00"}).content.decode()


@pytest.mark.parametrize("name", ["leads_policy_try", "leads_policy_criterion_fields"])
def test_pages_of_policies_are_closed_to_sales(admin_as, active, name):
    args = [active.pk] if name == "leads_policy_try" else []
    for role in ("rep", "sales_manager"):
        assert admin_as(role).get(reverse(f"admin:{name}", args=args)).status_code in (302, 403)


def test_what_is_in_force_never_changes(active):
    for change in (
        lambda: setattr(active, "threshold", 1) or active.save(),
        active.delete,
        active.criteria.first().save,
        active.criteria.first().delete,
        lambda: Criterion.objects.create(policy=active, label="x", field="country", value=["US"]),
        lambda: setattr(active, "status", "draft") or active.save(update_fields=["status"]),
    ):
        with pytest.raises(TypeError, match="never changes"):
            change()
    assert Policy.objects.get(pk=active.pk).threshold == 70
