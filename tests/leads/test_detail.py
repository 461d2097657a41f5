"""The lead page and what is done on it."""

import re

import pytest
from django.urls import reverse

from leads.models import ALLOWED_MOVES, Answer, Inquiry, Lead, Provenance, Reason, Stage, StageChange
from leads.services.intake import take_inquiry
from leads.services.lifecycle import accept_lead
from leads.services.qualification import give_answers
from tests.factories import NOW, LeadFactory, TeamFactory, UserFactory
from tests.leads.conftest import QUALIFYING

HX = {"HX-Request": "true"}
VERBS = ["edit", "answer", "accept", "reject", "qualify", "disqualify", "reopen", "assign", "convert"]


def url(name, lead, **query):
    return reverse(f"leads:{name}", args=[lead.pk], query=query)


@pytest.fixture
def rep(db):
    return UserFactory()


@pytest.fixture
def as_rep(client, rep):
    client.force_login(rep)
    return client


@pytest.fixture
def mql(defaults, rep, submission):
    return take_inquiry(submission=submission(answers=QUALIFYING, owner=rep), now=NOW).lead


def reason(purpose):
    return Reason.objects.filter(purpose=purpose).first()


def lead_in(stage, rep):
    with_sales = {"path": "nurtured", "reached_sales_at": NOW} if stage in ("mql", "sal", "sql", "converted") else {}
    return LeadFactory(owner=rep, stage=stage, **with_sales)


@pytest.mark.parametrize("name", ["detail", *VERBS])
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_somebody_elses_lead_is_as_if_it_were_not_there(as_rep, name, method):
    call = getattr(as_rep, method)
    for lead in (LeadFactory(owner=UserFactory()), LeadFactory(team=TeamFactory())):
        before = Lead.objects.values().get(pk=lead.pk)
        missing = call(reverse(f"leads:{name}", args=[999_999])).status_code
        assert missing in (404, 405)
        assert call(url(name, lead)).status_code == missing
        assert Lead.objects.values().get(pk=lead.pk) == before


@pytest.mark.parametrize("name", ["accept", "qualify", "reopen"])
def test_get_changes_nothing(as_rep, mql, name):
    assert as_rep.get(url(name, mql)).status_code == 405
    assert Lead.objects.get(pk=mql.pk).stage == Stage.MQL


@pytest.mark.parametrize("name", VERBS)
def test_marketing_may_look_and_not_touch(client, defaults, mql, name):
    client.force_login(UserFactory(marketing_manager=True))
    assert client.get(url("detail", mql)).status_code == 200
    assert client.post(url(name, mql), {"reason": reason("recycle").pk}).status_code == 403
    assert Lead.objects.get(pk=mql.pk).stage == Stage.MQL


def test_page_explains_every_criterion(as_rep, mql):
    panel = as_rep.get(url("detail", mql)).context["panel"]
    html = as_rep.get(url("detail", mql)).content.decode()
    assert {line.result.outcome for line in panel.criteria} == {"met"}
    for line in panel.criteria:
        assert line.result.label in html
        assert line.said in html
    assert html.count("Prospect, by form") >= len(panel.criteria)


def test_page_asks_for_what_is_unknown(as_rep, defaults, rep, submission):
    lead = take_inquiry(submission=submission(answers={"need": "new"}, owner=rep), now=NOW).lead
    asked = set(as_rep.get(url("detail", lead)).context["ask_form"].fields)
    assert asked == {"answer-desire", "answer-time_frame", "answer-budget", "answer-authority", "provenance"}


def test_page_shows_what_the_prospect_wrote_as_text(as_rep, defaults, rep, submission):
    lead = take_inquiry(submission=submission(company="<script>alert(1)</script>", owner=rep), now=NOW).lead
    html = as_rep.get(url("detail", lead)).content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_timeline_is_newest_first(as_rep, mql, rep):
    lead = accept_lead(lead=mql, by=rep, now=NOW.replace(hour=12))
    kinds = [entry.kind for entry in as_rep.get(url("detail", lead)).context["timeline"]]
    assert kinds == ["stage", "stage", *["answer"] * 5, "inquiry"]


@pytest.mark.parametrize("answers", [1, 20])
def test_detail_query_count(as_rep, mql, rep, answers, django_assert_max_num_queries):
    for _ in range(answers):
        give_answers(lead=mql, answers=QUALIFYING, provenance=Provenance.CALL, by=rep, now=NOW)
    with django_assert_max_num_queries(25):
        as_rep.get(url("detail", mql))


def test_accept_makes_it_the_reps_own(as_rep, defaults, rep, submission):
    lead = take_inquiry(submission=submission(answers=QUALIFYING), now=NOW).lead
    assert as_rep.post(url("accept", lead, stage="mql")).url == lead.get_absolute_url()
    lead.refresh_from_db()
    assert (lead.stage, lead.owner) == (Stage.SAL, rep)


def test_press_on_an_old_page_is_told_that_somebody_was_faster(client, mql):
    boss = UserFactory(sales_manager=True)
    client.force_login(boss)
    accept_lead(lead=mql, by=mql.owner, now=NOW)
    response = client.post(url("accept", mql, stage="mql"), headers=HX)
    assert response.status_code == 409
    assert "Somebody was faster" in client.get(url("detail", mql), headers=HX).content.decode()
    assert Lead.objects.get(pk=mql.pk).owner == mql.owner
    plain = client.post(url("accept", mql, stage="mql"), follow=True)
    assert "Somebody was faster" in plain.content.decode()


POSTS = {
    "accept": (Stage.SAL, None),
    "reject": (Stage.UNQUALIFIED, "recycle"),
    "disqualify": (Stage.DISQUALIFIED, "disqualify"),
    "reopen": (Stage.UNQUALIFIED, None),
    "qualify": (Stage.SQL, None),
}
LEGAL = {(stage, to) for stage, ends in ALLOWED_MOVES.items() for to in ends}


def allowed(name, stage):
    if name in ("reject", "reopen"):
        return (stage == Stage.DISQUALIFIED) == (name == "reopen") and (stage, Stage.UNQUALIFIED) in LEGAL
    return (stage, POSTS[name][0]) in LEGAL


ILLEGAL = [(name, stage) for name in POSTS for stage in Stage.values if not allowed(name, stage)]


@pytest.mark.parametrize(("name", "stage"), ILLEGAL)
def test_illegal_move_is_reported_and_changes_nothing(as_rep, defaults, rep, name, stage):
    lead = lead_in(stage, rep)
    purpose = POSTS[name][1]
    data = {"reason": reason(purpose).pk} if purpose else {}
    response = as_rep.post(url(name, lead), data, headers=HX)
    assert response.status_code == 409
    assert Lead.objects.get(pk=lead.pk).stage == stage
    assert [m.level_tag for m in as_rep.get(url("detail", lead)).context["messages"]] == ["error"]


def test_reject_needs_a_reason(as_rep, mql):
    assert as_rep.post(url("reject", mql), {"note": "no"}).status_code == 422
    assert Lead.objects.get(pk=mql.pk).stage == Stage.MQL


def test_reject_with_a_reason_is_recorded(as_rep, mql, rep):
    why = reason("recycle")
    assert "Reason" in as_rep.get(url("reject", mql), headers=HX).content.decode()
    as_rep.post(url("reject", mql), {"reason": why.pk, "note": "In May"})
    change = StageChange.objects.get(lead=mql, to_stage=Stage.UNQUALIFIED)
    assert (change.by, change.reason, change.note) == (rep, why, "In May")


def test_reason_to_recycle_does_not_disqualify(as_rep, mql):
    assert as_rep.post(url("disqualify", mql), {"reason": reason("recycle").pk}).status_code == 422


def test_assign_is_for_sales_managers(as_rep, client, mql):
    other = UserFactory()
    assert as_rep.post(url("assign", mql), {"to": other.pk}).status_code == 403
    client.force_login(UserFactory(sales_manager=True))
    client.post(url("assign", mql), {"to": other.pk})
    assert Lead.objects.get(pk=mql.pk).owner == other


def test_answers_of_a_rep_qualify_at_once(as_rep, defaults, rep):
    lead = LeadFactory(owner=rep)
    given = {f"answer-{key}": value for key, value in QUALIFYING.items()}
    response = as_rep.post(url("answer", lead), {**given, "provenance": "research"}, headers=HX)
    assert response.status_code == 200
    lead.refresh_from_db()
    assert (lead.stage, lead.path) == (Stage.MQL, "researched")
    assert set(Answer.objects.filter(lead=lead).values_list("by", "provenance")) == {(rep.pk, "research")}


@pytest.mark.parametrize("provenance", ["form", "link", "import", "", "nonsense"])
def test_rep_cannot_answer_in_the_prospects_name(as_rep, defaults, rep, provenance):
    lead = LeadFactory(owner=rep)
    data = {"answer-need": "new", "provenance": provenance}
    assert as_rep.post(url("answer", lead), data).status_code == 422
    assert not lead.answers.exists()


@pytest.mark.parametrize("data", [{}, {"answer-need": "nonsense"}, {"answer-need": "\x00"}])
def test_answers_that_are_none_are_refused(as_rep, defaults, rep, data):
    lead = LeadFactory(owner=rep)
    response = as_rep.post(url("answer", lead), {"provenance": "call", **data})
    assert response.status_code == 422
    assert not lead.answers.exists()


def test_one_question_can_be_answered_again(as_rep, mql):
    address = url("answer", mql, question="budget")
    assert list(as_rep.get(address, headers=HX).context["form"].fields) == ["answer-budget", "provenance"]
    as_rep.post(address, {"answer-budget": "none", "provenance": "call"})
    assert [a.value for a in mql.answers.filter(question__key="budget")] == ["to_25k", "none"]


def record(html):
    """#record without the CSRF tokens, which differ in each response."""
    html = html[html.index('<div id="record"') :]
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)


def test_swap_equals_reload(as_rep, mql):
    """After an action HTMX is told to fetch the page's record; it gets what the whole page holds."""
    response = as_rep.post(url("accept", mql, stage="mql"), headers=HX)
    assert '"target": "#record"' in response.headers["HX-Location"]
    whole = record(as_rep.get(url("detail", mql)).content.decode())
    swapped = record(as_rep.get(url("detail", mql), headers=HX).content.decode())
    end = swapped.index("</div>\n", swapped.rindex("lead-side"))
    assert swapped[:end] in whole


EDITED = {"first_name": "Ada", "last_name": "Byron", "email": "ada@lovelace.example", "company": "Lovelace Ltd"}


def edit_form(client, lead):
    form = client.get(url("edit", lead)).context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def test_edit_saves_and_counts_the_version(as_rep, mql):
    as_rep.post(url("edit", mql), edit_form(as_rep, mql) | EDITED | {"phone": "+1 212 555 0100", "country": "us"})
    lead = Lead.objects.get(pk=mql.pk)
    assert (lead.last_name, lead.phone, lead.country) == ("Byron", "+12125550100", "US")
    assert lead.version == mql.version + 1


def test_stale_edit_is_told_what_changed_and_keeps_what_was_typed(as_rep, mql):
    first, second = edit_form(as_rep, mql), edit_form(as_rep, mql)
    as_rep.post(url("edit", mql), first | {"company": "Engines Ltd"})
    response = as_rep.post(url("edit", mql), second | {"last_name": "Byron"})
    assert response.status_code == 409
    form = response.context["form"]
    assert form.changed_meanwhile == [("Company", "Lovelace Ltd", "Engines Ltd")]
    assert form["last_name"].value() == "Byron"
    assert Lead.objects.get(pk=mql.pk).last_name == ""
    again = {name: form[name].value() or "" for name in form.fields}
    assert as_rep.post(url("edit", mql), again).status_code == 302
    assert Lead.objects.get(pk=mql.pk).last_name == "Byron"


WRONG = [{"email": "no"}, {"email": "taken@other.example"}, {"phone": "abc"}, {"country": "Germany"}, {"seen": "{"}]


@pytest.mark.parametrize("wrong", WRONG)
def test_edit_refuses_what_is_wrong(as_rep, mql, wrong):
    LeadFactory(email="taken@other.example")
    response = as_rep.post(url("edit", mql), edit_form(as_rep, mql) | {"last_name": "New"} | wrong)
    expected = (302, "New") if "seen" in wrong else (422, "")  # a broken memory of what was seen harms nobody
    assert (response.status_code, Lead.objects.get(pk=mql.pk).last_name) == expected


def test_edit_takes_no_owner_stage_or_score(as_rep, mql, rep):
    posted = {"stage": "sql", "score": 999, "owner": UserFactory().pk, "path": "nurtured", "email_opt_out": "on"}
    as_rep.post(url("edit", mql), edit_form(as_rep, mql) | posted)
    lead = Lead.objects.get(pk=mql.pk)
    assert (lead.stage, lead.score, lead.owner, lead.path) == (Stage.MQL, mql.score, rep, "self_qualified")
    assert lead.email_opt_out is False


NEW = reverse("leads:new")
PERSON = {"first_name": "Grace", "email": "grace@hopper.example", "company": "Hopper Inc"}


def test_new_lead_who_called_is_an_inquiry_of_the_reps_own(as_rep, defaults, rep):
    response = as_rep.post(NEW, PERSON | {"provenance": "call", "words": "Needs it soon", "answer-need": "new"})
    lead = Lead.objects.get(email="grace@hopper.example")
    assert response.url == lead.get_absolute_url()
    inquiry = Inquiry.objects.get(lead=lead)
    assert (lead.owner, inquiry.channel, inquiry.payload["words"]) == (rep, "call", "Needs it soon")


def test_new_lead_by_research_has_no_inquiry(as_rep, defaults, rep):
    given = {f"answer-{key}": value for key, value in QUALIFYING.items()}
    as_rep.post(NEW, PERSON | given | {"provenance": "research"})
    lead = Lead.objects.get(email="grace@hopper.example")
    assert (lead.owner, lead.path, lead.inquiries.count()) == (rep, "researched", 0)


@pytest.mark.parametrize("wrong", [{"email": ""}, {"email": "no"}, {"phone": "12"}, {"provenance": ""}])
def test_new_lead_refuses_what_is_wrong_and_keeps_the_rest(as_rep, defaults, wrong):
    response = as_rep.post(NEW, PERSON | {"provenance": "call"} | wrong)
    assert response.status_code == 422
    assert response.context["form"]["company"].value() == "Hopper Inc"
    assert not Lead.objects.exists()


def test_call_of_a_colleagues_lead_does_not_show_it(as_rep, defaults):
    theirs = LeadFactory(email="grace@hopper.example", owner=UserFactory())
    assert as_rep.post(NEW, PERSON | {"provenance": "call"}).url == reverse("leads:list")
    assert theirs.inquiries.count() == 1


def test_tombstone_leads_to_the_survivor(as_rep, rep):
    survivor = LeadFactory(owner=rep)
    gone = LeadFactory(owner=rep, merged_into=survivor)
    assert as_rep.get(url("detail", gone)).url == survivor.get_absolute_url()
