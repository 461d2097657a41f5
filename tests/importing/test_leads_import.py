from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count

from crm.campaigns.models import Source
from crm.opportunities.models import Opportunity
from crm.people.models import Company
from leads.importing.errors import ImportFailed
from leads.importing.leads import import_leads
from leads.models import Answer, Assignment, Decision, Inquiry, Lead, Question, RoutingMember, RoutingRule, Stage
from nurture.models import Suppression, SuppressionKind, SuppressionReason
from nurture.reach import email_obstacle
from nurture.services.suppression import suppress
from tests.factories import NOW, LeadFactory, UserFactory
from tests.importing.conftest import table_counts

pytestmark = pytest.mark.django_db

Import = Callable[..., dict[str, Any]]
HEADER = "id,email,origin,date,no_mail,job"
JOB = {"key": "job", "text": "What do you do?", "kind": "choice", "dimension": "fit"}


def test_lead_is_imported_with_its_history(leads_of: Import, defaults: Any) -> None:
    summary = leads_of(
        HEADER,
        "7,Ann@B.example,Google,2025-02-03,Yes,Baker",
        inquired_at={"column": "date"},
        time_zone="UTC",
        source="origin",
        do_not_email="no_mail",
        answers={"job": "job"},
        questions=[JOB],
    )
    at = datetime(2025, 2, 3, tzinfo=UTC)
    lead = Lead.objects.get()
    inquiry = lead.inquiries.get()
    answer = lead.answers.get()
    assert (summary["read"], summary["created"], summary["refused_file"]) == (1, 1, None)
    assert (lead.email, lead.first_inquiry_at, lead.email_opt_out, lead.do_not_call) == (
        "ann@b.example",
        at,
        True,
        False,
    )
    assert (lead.source.key, inquiry.received_at, inquiry.external_id) == ("Google", at, "old:7")
    assert inquiry.payload == dict(
        zip(HEADER.split(","), ["7", "Ann@B.example", "Google", "2025-02-03", "Yes", "Baker"], strict=True)
    )
    assert (answer.value, answer.answered_at, answer.provenance, answer.inquiry) == ("Baker", at, "import", inquiry)
    assert lead.decisions.get().decided_at == at


def test_blank_source_is_none_and_case_counts(leads_of: Import) -> None:
    leads_of(
        "id,email,origin", "1,a@b.example,Google", "2,b@b.example,google", "3,c@b.example,", "4,d@b.example,unknown",
        source="origin",
    )  # fmt: skip
    by_source = Lead.objects.order_by("pk").values_list("source__key", flat=True)
    assert list(by_source) == ["Google", "google", None, "unknown"]


def test_second_run_adds_nothing(leads_of: Import, defaults: Any) -> None:
    lines = ["id,email,won", "1,a@b.example,1", "2,b@b.example,0"]
    deal = {"outcome": {"column": "won", "values": {"1": "won", "0": None}}, "closed_at": {"constant": "2026-01-01"}}
    first = leads_of(*lines, deal=deal)
    before = table_counts()
    second = leads_of(*lines, deal=deal)
    assert (first["created"], first["converted"], first["won"]) == (2, 1, 1)
    assert (second["created"], second["known"], second["converted"], second["won"]) == (0, 2, 0, 0)
    assert table_counts() == before


def test_known_lead_that_was_won_since_is_converted(leads_of: Import, defaults: Any) -> None:
    deal = {"outcome": {"column": "won", "values": {"1": "won", "0": None}}, "closed_at": {"constant": "2026-01-01"}}
    leads_of("id,email,won", "1,a@b.example,0", deal=deal)
    summary = leads_of("id,email,won", "1,a@b.example,1", deal=deal)
    assert (summary["known"], summary["converted"], summary["won"]) == (1, 1, 1)
    assert Lead.objects.get().stage == Stage.CONVERTED


def test_row_of_a_known_address_adds_an_inquiry(leads_of: Import) -> None:
    lead = LeadFactory(email="a@b.example", first_inquiry_at=NOW, source=None)
    summary = leads_of("id,email,date", "1,A@B.example,2020-05-06", inquired_at="date", time_zone="UTC")
    lead.refresh_from_db()
    assert (summary["matched"], summary["created"]) == (1, 0)
    assert lead.first_inquiry_at == datetime(2020, 5, 6, tzinfo=UTC)


def test_wrong_rows_are_refused_and_the_others_go_on(leads_of: Import, refusals: Callable[[], list[str]]) -> None:
    summary = leads_of(
        "id,email,date",
        "1,a@b.example,2025-01-01",
        "2,not an address,2025-01-01",
        "3,c@b.example,01/02/2025",
        "1,d@b.example,2025-01-01",
        ",e@b.example,2025-01-01",
        "6,f@b.example",
        "7,g@b.example,",
        "8,h@b.example,2025-01-02",
        inquired_at="date",
    )
    lines = refusals()
    assert (summary["read"], summary["created"], summary["refused"]) == (8, 2, 6)
    assert lines[0].startswith("3,email: That is not an e-mail address. ")
    assert lines[1:] == [
        '4,"inquired_at: “01/02/2025” is not a date (ISO 8601, as 2026-05-01 or 2026-05-01 14:30).",'
        "3,c@b.example,01/02/2025",
        "5,The key is the same as in line 2.,1,d@b.example,2025-01-01",
        "6,The key is blank.,,e@b.example,2025-01-01",
        '7,"The row has 2 fields, the header has 3.",6,f@b.example',
        '8,"inquired_at: blank, so nobody knows when the inquiry came.",7,g@b.example,',
    ]


def test_refused_row_leaves_nothing_behind(leads_of: Import, defaults: Any) -> None:
    deal = {"outcome": {"constant": "won"}, "closed_at": "date"}
    with_deal = {"source": "origin", "deal": deal, "answers": {"need": "need"}}
    Company.current()
    before = table_counts()
    summary = leads_of("id,email,origin,date,need", "1,a@b.example,New,2025-01-01,nonsense", **with_deal)
    assert summary["refused"] == 1
    assert table_counts() == before


def test_row_says_everything_that_is_wrong_with_it(leads_of: Import, refusals: Callable[[], list[str]]) -> None:
    leads_of("id,email,date,no_mail", "1,a@b.example,soon,perhaps", inquired_at="date", do_not_email="no_mail")
    assert "is not a date" in refusals()[0]
    assert "“perhaps” is neither yes nor no" in refusals()[0]


def test_refused_file_is_safe_in_a_spreadsheet(leads_of: Import, refusals: Callable[[], list[str]]) -> None:
    leads_of("id,email,note", "1,=cmd(),  +1", "2,@x,plain")
    assert [line.split(",")[-2:] for line in refusals()] == [["'=cmd()", "'  +1"], ["'@x", "plain"]]


def test_choices_come_from_the_data_and_grow(leads_of: Import) -> None:
    mapping = {"answers": {"job": {"column": "job", "not_answered": ["Select"]}}, "questions": [JOB]}
    leads_of("id,email,job", "1,a@b.example,Nurse", "2,b@b.example,Select", "3,c@b.example,Baker", **mapping)
    leads_of("id,email,job", "4,d@b.example,Actor", "5,e@b.example,", **mapping)
    question = Question.objects.get(key="job")
    assert list(question.choices.values_list("value", flat=True)) == ["Baker", "Nurse", "Actor"]
    assert dict(Answer.objects.values_list("lead__email", "value")) == {
        "a@b.example": "Nurse",
        "c@b.example": "Baker",
        "d@b.example": "Actor",
    }


def test_listed_choices_are_the_only_ones(leads_of: Import, refusals: Callable[[], list[str]]) -> None:
    spec = JOB | {"choices": {"b": "Baker"}}
    answers = {"job": {"column": "job", "values": {"Baker": "b"}}}
    summary = leads_of("id,email,job", "1,a@b.example,Baker", "2,b@b.example,Smith", answers=answers, questions=[spec])
    assert (summary["created"], summary["refused"]) == (1, 1)
    assert refusals() == ["3,job: “Smith” is not one of the choices.,2,b@b.example,Smith"]
    assert Question.objects.get(key="job").choices.get().label == "Baker"


def test_too_many_choices_are_free_text(leads_of: Import) -> None:
    rows = [f"{n},a{n}@b.example,job {n}" for n in range(201)]
    with pytest.raises(
        ImportFailed, match=r"“answers.job” has 201 different values, too many for choices. Use kind text"
    ):
        leads_of("id,email,job", *rows, answers={"job": "job"}, questions=[JOB])
    assert (Lead.objects.count(), Question.objects.count()) == (0, 0)


def test_import_works_without_a_policy(leads_of: Import) -> None:
    assert leads_of("id,email", "1,a@b.example")["created"] == 1
    assert Decision.objects.count() == 0


NEED_AND_MORE = {"need": "need", "time_frame": "time", "budget": "budget"}
QUALIFYING_ROW = ("id,email,need,time,budget", "1,a@b.example,new,month,to_25k")


@pytest.mark.parametrize(("route", "assignments"), [(False, 0), (True, 1)])
def test_imported_lead_qualifies_by_policy_and_is_routed_only_on_request(
    route: bool, assignments: int, leads_of: Import, defaults: Any
) -> None:
    RoutingMember.objects.create(rule=RoutingRule.objects.create(name="All"), user=UserFactory())
    summary = leads_of(*QUALIFYING_ROW, answers=NEED_AND_MORE, route=route)
    assert (summary["qualified"], Lead.objects.get().stage) == (1, Stage.MQL)
    assert Assignment.objects.count() == assignments


def test_owner_is_a_user_who_exists(leads_of: Import, refusals: Callable[[], list[str]]) -> None:
    rep = UserFactory(email="ann@ripen.example")
    leads_of("id,email,rep", "1,a@b.example,ann", "2,b@b.example,bob", owner="{rep}@ripen.example")
    assert Lead.objects.get().owner == rep
    assert refusals()[0].startswith(
        "3,owner: no active user has the e-mail address bob@ripen.example. Add the user first."
    )


def test_campaign_is_made_by_its_key(leads_of: Import) -> None:
    leads_of("id,email,c", "1,a@b.example,Spring Fair", "2,b@b.example,Spring fair", campaign="c")
    (found,) = Lead.objects.values("campaign__key", "campaign__name").annotate(n=Count("pk"))
    assert found == {"campaign__key": "spring-fair", "campaign__name": "Spring Fair", "n": 2}


def test_opt_outs_are_set_for_known_leads_and_never_lifted(leads_of: Import) -> None:
    for answer, expected in [("No", False), ("Yes", True), ("No", True)]:
        leads_of("id,email,stop", f"1,a@b.example,{answer}", do_not_call="stop")
        assert Lead.objects.get().do_not_call is expected


def test_suppression_outlasts_every_import(leads_of: Import) -> None:
    suppress(kind=SuppressionKind.EMAIL, key="a@b.example", reason=SuppressionReason.COMPLAINT, now=NOW)
    leads_of("id,email,stop", "1,A@B.example,No", do_not_email="stop")
    lead = Lead.objects.get()
    assert Suppression.objects.get().key == lead.email_key
    assert email_obstacle(lead) in ("suppressed", "opted_out")


def test_file_that_is_read_is_never_overwritten(write: Callable[..., Path]) -> None:
    file = write("leads.csv", "id,email", "1,a@b.example")
    mapping = write("m.json", '{"system": "old", "external_id": "id", "fields": {"email": "email"}}')
    with pytest.raises(ImportFailed, match=r"is the file that is read. Name another one."):
        import_leads(file=file, mapping_file=mapping, refused_file=file, now=NOW)
    assert file.read_text() == "id,email\n1,a@b.example\n"
    assert Inquiry.objects.count() == 0


def test_refused_file_that_cannot_be_written_stops_the_import_first(write: Callable[..., Path], tmp_path: Path) -> None:
    mapping = write("m.json", '{"system": "old", "external_id": "id", "fields": {"email": "email"}}')
    with pytest.raises(ImportFailed, match=r"cannot be written: .* Name another with --refused."):
        import_leads(
            file=write("leads.csv", "id,email", "1,a@b.example"),
            mapping_file=mapping,
            refused_file=tmp_path / "no" / "where.csv",
            now=NOW,
        )
    assert (Inquiry.objects.count(), Source.objects.count(), Opportunity.objects.count()) == (0, 0, 0)
