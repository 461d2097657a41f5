import pytest
from django.urls import reverse

from leads.models import Stage
from nurture.models import Suppression
from tests.factories import LeadFactory

PERSON = {
    "first_name": "Ada",
    "last_name": "King",
    "company": "",
    "job_title": "",
    "email": "ada@king.example",
    "phone": "",
    "website": "",
    "city": "",
    "country": "",
    "time_zone": "",
}
INLINES = {
    f"{prefix}-{name}": "0"
    for prefix in ("answers", "inquiries", "stage_changes", "decisions", "assignments")
    for name in ("TOTAL_FORMS", "INITIAL_FORMS")
}


@pytest.fixture
def save(admin_as):
    client = admin_as("marketing_manager")

    def post(lead, **fields):
        return client.post(reverse("admin:leads_lead_change", args=[lead.pk]), PERSON | INLINES | fields)

    return post


def test_correcting_a_lead_changes_the_key_and_counts_the_version(save):
    lead = LeadFactory()
    assert save(lead, email="Ada.K+x@gmail.com").status_code == 302
    lead.refresh_from_db()
    assert (lead.first_name, lead.email_key, lead.version) == ("Ada", "adak@gmail.com", 2)


def test_stage_path_and_owner_are_not_taken_from_the_form(save):
    lead = LeadFactory()
    save(lead, stage="converted", path="nurtured", owner="1", score="99", email_opt_out="on", merged_into="1")
    lead.refresh_from_db()
    assert (lead.stage, lead.path, lead.owner, lead.score) == (Stage.UNQUALIFIED, "", None, 0)
    assert (lead.email_opt_out, lead.merged_into) == (False, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "pat@taken.example"), ("email", "no address"), ("phone", "abc"), ("time_zone", "Mars/Base")],
)
def test_impossible_correction_is_refused(save, field, value):
    LeadFactory(email="pat@taken.example")
    lead = LeadFactory(first_name="Before")
    response = save(lead, **{field: value})
    assert list(response.context["adminform"].form.errors) == [field]
    lead.refresh_from_db()
    assert lead.first_name == "Before"


def test_what_people_typed_is_shown_as_text(admin_as):
    lead = LeadFactory(first_name="<script>alert(1)</script>", company="{{ settings.SECRET_KEY }}")
    html = admin_as("marketing_manager").get(reverse("admin:leads_lead_changelist")).content.decode()
    assert "<script>alert(1)" not in html
    assert lead.company in html


@pytest.mark.parametrize(
    ("kind", "typed", "key"),
    [("email", "No.Mail+x@GMAIL.com", "nomail@gmail.com"), ("phone", "212 555 0100", "+12125550100")],
)
def test_suppression_by_hand_is_normalised_and_reaches_the_lead(admin_as, kind, typed, key):
    lead = LeadFactory(email="nomail@gmail.com", phone="+12125550100")
    client = admin_as("marketing_manager")
    client.post(reverse("admin:nurture_suppression_add"), {"kind": kind, "key": typed})
    row = Suppression.objects.get()
    assert (row.kind, row.key, row.reason) == (kind, key, "manual")
    lead.refresh_from_db()
    assert (lead.email_opt_out, lead.do_not_call) == (kind == "email", kind == "phone")
    assert client.post(reverse("admin:nurture_suppression_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(("kind", "typed"), [("email", "nobody"), ("phone", "12")])
def test_suppression_of_no_address_is_refused(admin_as, kind, typed):
    response = admin_as("marketing_manager").post(
        reverse("admin:nurture_suppression_add"), {"kind": kind, "key": typed}
    )
    assert list(response.context["adminform"].form.errors) == ["key"]
    assert not Suppression.objects.exists()
