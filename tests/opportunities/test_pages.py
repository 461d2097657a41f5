"""The pages of opportunities: list, board, one opportunity and what is done to it."""

import csv
import io
from decimal import Decimal

import pytest
from django.urls import reverse

from crm.opportunities.models import Opportunity, PipelineStage, Status
from crm.opportunities.queries import Part, Totals
from crm.opportunities.services import move_opportunity, win_opportunity
from crm.opportunities.valuing import set_exchange_rate
from tests.factories import NOW, ContactFactory, UserFactory

LIST, BOARD, EXPORT = (reverse(f"opportunities:{name}") for name in ("list", "board", "export"))
HX = {"HX-Request": "true"}
VERBS = ["detail", "edit", "move", "pipeline", "win", "lose", "next_step", "add_contact", "competitors"]


def url(name, deal, **query):
    return reverse(f"opportunities:{name}", args=[deal.pk], query=query)


def stage(name):
    return PipelineStage.objects.get(name=name)


def shown(response):
    return {row.record for row in response.context["table"].rows}


@pytest.mark.parametrize("name", VERBS)
@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_somebody_elses_opportunity_is_as_if_it_were_not_there(as_rep, open_deal, name, method):
    theirs = open_deal(UserFactory())
    before = Opportunity.objects.values().get(pk=theirs.pk)
    call = getattr(as_rep, method)
    missing = call(reverse(f"opportunities:{name}", args=[999_999])).status_code
    assert missing in (404, 405)
    assert call(url(name, theirs), {"stage": stage("Meeting").pk}).status_code == missing
    assert Opportunity.objects.values().get(pk=theirs.pk) == before


def test_lists_and_board_show_own_and_open_ones_only(as_rep, rep, open_deal):
    mine, unowned = open_deal(rep), open_deal(None)
    open_deal(UserFactory(), name="Theirs")
    assert shown(as_rep.get(LIST)) == {mine, unowned}
    cards = {card for column in as_rep.get(BOARD).context["columns"] for card in column.cards}
    assert cards == {mine, unowned}
    assert "Theirs" not in as_rep.get(EXPORT).getvalue().decode()


@pytest.mark.parametrize("count", [1, 20])
@pytest.mark.parametrize(("address", "queries"), [(LIST, 9), (BOARD, 9)])
def test_list_and_board_query_count(as_rep, rep, open_deal, address, queries, count, django_assert_num_queries):
    for _ in range(count):
        open_deal(rep)
    with django_assert_num_queries(queries):
        as_rep.get(address)


def test_totals_follow_the_filter_and_keep_currencies_apart(as_rep, rep, open_deal):
    open_deal(rep, name="Alpha", amount=Decimal(1000), currency="EUR")
    open_deal(rep, name="Alpha", amount=Decimal(500), currency="EUR")
    open_deal(rep, name="Alpha", amount=Decimal(70), currency="USD")
    open_deal(rep, name="Beta", amount=Decimal(9999), currency="EUR")
    totals = as_rep.get(f"{LIST}?search=alpha").context["totals"]
    assert totals == Totals("USD", 3, Decimal(70), Decimal(7), left_out=[Part("EUR", 2, Decimal(1500))])


def test_totals_are_in_the_company_currency_where_rates_are_known(as_rep, rep, open_deal):
    set_exchange_rate(currency="EUR", on=NOW.date(), rate=Decimal("1.5"))
    open_deal(rep, amount=Decimal(1000), currency="EUR")
    open_deal(rep, amount=Decimal(70), currency="USD")
    open_deal(rep, amount=None, currency="EUR")
    totals = as_rep.get(LIST).context["totals"]
    assert totals == Totals("USD", 3, Decimal(1570), Decimal(157), foreign=[Part("EUR", 1, Decimal(1000))])


def test_won_ones_do_not_count_as_weighted(as_rep, rep, open_deal):
    deal = open_deal(rep, amount=Decimal(1000))
    win_opportunity(opportunity=deal, by=rep, now=NOW)
    total = as_rep.get(LIST).context["totals"]
    assert (total.amount, total.weighted) == (1000, 0)


@pytest.mark.parametrize(
    ("view", "names"),
    [("open", {"open"}), ("mine", {"open"}), ("won", {"won"}), ("no-next-step", {"open"}), ("lost", set())],
)
def test_views_hold_what_they_say(as_rep, rep, open_deal, view, names):
    open_deal(rep, name="open")
    win_opportunity(opportunity=open_deal(rep, name="won"), by=rep, now=NOW)
    response = as_rep.get(f"{LIST}?view={view}")
    assert {deal.name for deal in shown(response)} == names
    assert {tab.key: tab.count for tab in response.context["tabs"]}[view] == len(names)


def test_export_neutralises_formulas(as_rep, rep, open_deal):
    open_deal(rep, name="=1+1")
    text = as_rep.get(EXPORT).getvalue().decode().removeprefix("\ufeff")
    header, row = csv.reader(io.StringIO(text))
    assert dict(zip(header, row, strict=True))["name"] == "'=1+1"


def test_card_moves_to_another_stage_and_back_to_the_board(as_rep, rep, open_deal):
    deal = open_deal(rep)
    address = url("move", deal, version=deal.version, **{"from": "board"})
    response = as_rep.post(address, {"stage": stage("Proposal").pk}, headers=HX)
    assert BOARD in response.headers["HX-Location"]
    assert as_rep.post(url("move", deal), {"stage": stage("Meeting").pk}).url == url("detail", deal)
    assert [change.to_stage.name for change in deal.stage_changes.all()] == ["New", "Proposal", "Meeting"]


def test_move_of_an_old_page_is_told_that_somebody_was_faster(as_rep, rep, open_deal):
    deal = open_deal(rep)
    seen = deal.version
    move_opportunity(opportunity=deal, stage=stage("Meeting"), by=rep, now=NOW)
    response = as_rep.post(url("move", deal, version=seen), {"stage": stage("Proposal").pk}, headers=HX)
    assert response.status_code == 409
    assert Opportunity.objects.get(pk=deal.pk).stage.name == "Meeting"
    assert "changed by somebody else" in as_rep.get(url("detail", deal), headers=HX).content.decode()


@pytest.mark.parametrize("posted", ["", "x", "999999", "9" * 30, "-1"])
def test_move_to_a_stage_that_is_not_there_is_404(as_rep, rep, open_deal, posted):
    assert as_rep.post(url("move", open_deal(rep)), {"stage": posted}).status_code == 404


def test_move_to_lost_without_a_reason_is_refused(as_rep, rep, open_deal):
    deal = open_deal(rep)
    assert as_rep.post(url("move", deal), {"stage": stage("Lost").pk}, headers=HX).status_code == 409
    assert as_rep.post(url("lose", deal), {"reason": "  "}).status_code == 422
    assert Opportunity.objects.get(pk=deal.pk).status == Status.OPEN


def test_win_and_lose_close_with_reason(as_rep, rep, open_deal):
    won, lost = open_deal(rep), open_deal(rep)
    as_rep.post(url("win", won), {"amount": "1234.50", "reason": "Best offer"})
    as_rep.post(url("lose", lost), {"reason": "Too dear"})
    won, lost = (Opportunity.objects.get(pk=deal.pk) for deal in (won, lost))
    assert (won.status, won.amount, won.close_reason) == (Status.WON, Decimal("1234.50"), "Best offer")
    assert (lost.status, lost.close_reason) == (Status.LOST, "Too dear")


@pytest.mark.parametrize("name", ["win", "lose"])
def test_get_asks_and_changes_nothing(as_rep, rep, open_deal, name):
    deal = open_deal(rep)
    assert as_rep.get(url(name, deal)).status_code == 200
    assert Opportunity.objects.get(pk=deal.pk).status == Status.OPEN


def form_of(client, deal):
    form = client.get(url("edit", deal)).context["form"]
    return {name: form[name].value() if form[name].value() is not None else "" for name in form.fields}


def test_stale_edit_is_told_what_changed_and_keeps_what_was_typed(as_rep, rep, open_deal):
    deal = open_deal(rep)
    first, second = form_of(as_rep, deal), form_of(as_rep, deal)
    as_rep.post(url("edit", deal), first | {"next_step": "Call"})
    response = as_rep.post(url("edit", deal), second | {"name": "Renamed"})
    assert response.status_code == 409
    assert response.context["form"].changed_meanwhile == [("Next step", "", "Call")]
    assert response.context["form"]["name"].value() == "Renamed"
    assert Opportunity.objects.get(pk=deal.pk).name == "Deal"


@pytest.mark.parametrize("wrong", [{"amount": "-1"}, {"currency": "xx1"}, {"close_date": ""}, {"name": ""}])
def test_edit_refuses_what_is_wrong(as_rep, rep, open_deal, wrong):
    deal = open_deal(rep)
    response = as_rep.post(url("edit", deal), form_of(as_rep, deal) | wrong)
    assert (response.status_code, set(response.context["form"].errors)) == (422, set(wrong))


def test_next_step_is_written_in_place(as_rep, rep, open_deal):
    deal = open_deal(rep)
    as_rep.post(url("next_step", deal), {"next_step": "Demo", "next_step_on": "2026-04-01", "version": deal.version})
    deal.refresh_from_db()
    assert (deal.next_step, str(deal.next_step_on)) == ("Demo", "2026-04-01")


@pytest.mark.parametrize("headers", [{}, HX])
def test_stale_next_step_keeps_what_was_typed(as_rep, rep, open_deal, headers):
    deal = open_deal(rep)
    posted = {"version": deal.version, "seen": '{"next_step": ""}'}
    as_rep.post(url("next_step", deal), posted | {"next_step": "Call"})
    response = as_rep.post(url("next_step", deal), posted | {"next_step": "Demo"}, headers=headers)
    html = response.content.decode()
    assert response.status_code == 422
    assert "“” is now “Call”" in html
    assert 'value="Demo"' in html
    assert Opportunity.objects.get(pk=deal.pk).next_step == "Call"


def test_missing_decision_maker_is_warned_about(as_rep, rep, open_deal):
    deal = open_deal(rep)
    assert "No decision-maker is known" in as_rep.get(url("detail", deal)).content.decode()
    part = deal.roles.get()
    as_rep.post(reverse("opportunities:change_role", args=[deal.pk, part.pk]), {"role": "decision_maker"})
    assert "No decision-maker is known" not in as_rep.get(url("detail", deal)).content.decode()


def test_contact_of_another_account_cannot_take_part(as_rep, rep, open_deal):
    deal = open_deal(rep)
    stranger, colleague = ContactFactory(), ContactFactory(account=deal.account)
    assert as_rep.post(url("add_contact", deal), {"contact": stranger.pk}).status_code == 422
    as_rep.post(url("add_contact", deal), {"contact": colleague.pk, "role": "user"})
    assert {(part.contact, part.role) for part in deal.roles.all()} >= {(colleague, "user")}
    assert deal.roles.count() == 2


def test_role_of_another_opportunity_is_404(as_rep, rep, open_deal):
    mine, theirs = open_deal(rep), open_deal(UserFactory())
    address = reverse("opportunities:change_role", args=[mine.pk, theirs.roles.get().pk])
    assert as_rep.post(address, {"role": "user"}).status_code == 404


@pytest.mark.parametrize("parts", [1, 20])
def test_detail_query_count(as_rep, rep, open_deal, parts, django_assert_num_queries):
    deal = open_deal(rep)
    for contact in ContactFactory.create_batch(parts, account=deal.account):
        as_rep.post(url("add_contact", deal), {"contact": contact.pk})
    with django_assert_num_queries(13):
        as_rep.get(url("detail", deal))


def test_marketing_may_look_and_not_touch(client, rep, open_deal):
    deal = open_deal(rep)
    client.force_login(UserFactory(marketing_manager=True))
    assert client.get(url("detail", deal)).status_code == 200
    assert client.post(url("move", deal), {"stage": stage("Won").pk}).status_code == 403
