from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from leads.models import Engagement, Lead
from nurture.mail.links import TouchLinks, answer_url, unsubscribe_url
from nurture.models import Click, ClickOn, Enrollment, MachineSign, Sequence, Touch, TrackedLink, Verdict
from nurture.services.clicks import MOST, WAIT, judge_clicks, note_click
from nurture.services.delivery import deliver
from tests.factories import NOW, LeadFactory
from tests.nurture.conftest import EMAIL, later

pytestmark = pytest.mark.django_db
HOST = "http://localhost:8000"
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
READ = later(minutes=30)
BODY = "Hi, see [prices](https://ripen.example/prices) and https://ripen.example/demo?a=1&b=2"


@pytest.fixture
def touch(claimed):
    touch = claimed(EMAIL | {"body": BODY}, {"kind": "wait", "wait_days": 3}, EMAIL)
    deliver(touch_id=touch.pk, token=touch.token, now=NOW)
    touch.refresh_from_db()
    return touch


@pytest.fixture
def links(touch):
    return [TrackedLink.objects.get(target=f"https://ripen.example/{end}") for end in ("prices", "demo?a=1&b=2")]


@pytest.fixture
def click(touch, links):
    """click(0, at): somebody asks for the first link of the mail."""

    def make(number, at=READ, **fields):
        return note_click(touch=touch, on=ClickOn.LINK, link=links[number], now=at, agent=BROWSER, **fields)

    return make


def path_of(touch, target):
    return TouchLinks(touch).page(target).removeprefix(HOST)


def verdict_of(click):
    click.refresh_from_db()
    return click.verdict, click.sign


def consequences():
    return [list(model.objects.order_by("pk").values()) for model in (Lead, Enrollment, Engagement, Touch)]


def test_link_redirects_to_what_was_stored_and_notes_it(client, touch):
    path = path_of(touch, "https://ripen.example/demo?a=1&b=2")
    before = consequences()
    response = client.get(path, headers={"User-Agent": BROWSER})
    assert (response.status_code, response.url) == (302, "https://ripen.example/demo?a=1&b=2")
    assert (response["Referrer-Policy"], "no-store" in response["Cache-Control"]) == ("no-referrer", True)
    noted = Click.objects.get()
    assert (noted.touch, noted.on, noted.verdict, noted.agent) == (touch, "link", Verdict.PENDING, BROWSER)
    assert consequences() == before


@pytest.mark.parametrize(
    "query", ["?next=https://evil.example", "?url=//evil.example", "?target=x&u=https://evil.example"]
)
def test_request_cannot_say_where_the_link_leads(client, touch, query):
    response = client.get(path_of(touch, "https://ripen.example/prices") + query, headers={"User-Agent": BROWSER})
    assert response.url == "https://ripen.example/prices"


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize(
    "edit",
    [
        lambda path: path[:-2] + ("A" if path[-2] != "A" else "B") + "/",
        lambda path: path[:5] + ("A" if path[5] != "A" else "B") + path[6:],
        lambda path: path.replace(".", ""),
        lambda path: "/c/x/",
        lambda path: "/c/%00/",
        lambda path: path.replace("/c/", "/u/"),
        lambda path: path.replace("/c/", "/a/"),
    ],
)
def test_edited_link_is_not_found_and_notes_nothing(client, touch, method, edit):
    path = edit(path_of(touch, "https://ripen.example/prices"))
    assert getattr(client, method)(path).status_code == 404
    assert not Click.objects.exists()


def test_link_of_another_purpose_is_not_a_click(client, touch):
    path = answer_url(touch, "time_frame", "month").removeprefix(HOST).replace("/a/", "/c/")
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("target", ["javascript:alert(1)", "ftp://x.example/", "//x.example", "mailto:a@b.example"])
def test_database_keeps_no_target_that_is_not_a_page(target):
    with pytest.raises(IntegrityError), transaction.atomic():
        TrackedLink.objects.create(target=target)


@pytest.mark.parametrize(
    ("method", "headers", "sign"),
    [
        ("head", {"User-Agent": BROWSER}, MachineSign.HEAD),
        ("get", {"User-Agent": BROWSER, "Sec-Purpose": "prefetch;prerender"}, MachineSign.PREFETCH),
        ("get", {"User-Agent": BROWSER, "Purpose": "prefetch"}, MachineSign.PREFETCH),
        ("get", {"User-Agent": BROWSER, "X-Purpose": "preview"}, MachineSign.PREFETCH),
        ("get", {}, MachineSign.AGENT),
        ("get", {"User-Agent": "python-requests/2.32"}, MachineSign.AGENT),
        ("get", {"User-Agent": "Barracuda Sentinel (EE)"}, MachineSign.AGENT),
        ("get", {"User-Agent": "Mozilla/5.0 (compatible; Proofpoint URL Defense)"}, MachineSign.AGENT),
        ("get", {"User-Agent": BROWSER.replace("Chrome", "HeadlessChrome")}, MachineSign.AGENT),
        ("get", {"User-Agent": BROWSER}, ""),
    ],
)
def test_request_that_shows_a_machine_is_one_at_once(client, touch, method, headers, sign):
    path = path_of(touch, "https://ripen.example/prices")
    assert getattr(client, method)(path, headers=headers).status_code == 302
    noted = Click.objects.get()
    assert (noted.verdict, noted.sign) == (Verdict.MACHINE if sign else Verdict.PENDING, sign)


def test_human_click_counts_once_for_each_touch_and_link(click):
    first, again, other = click(0), click(0, READ + timedelta(minutes=1)), click(1, READ + timedelta(minutes=2))
    assert judge_clicks(now=READ + timedelta(minutes=3)) == 3
    assert [verdict_of(one) for one in (first, again, other)] == [(Verdict.HUMAN, "")] * 3
    assert list(Engagement.objects.values_list("kind", "at")) == [("click", READ), ("click", other.at)]
    assert judge_clicks(now=later(days=1)) == 0
    late = click(0, later(days=2))
    assert (judge_clicks(now=later(days=3)), verdict_of(late)[0]) == (1, Verdict.HUMAN)
    assert Engagement.objects.count() == 2


def test_click_is_judged_when_it_is_known_what_came_after_it(click):
    one = click(0)
    assert judge_clicks(now=READ + WAIT - timedelta(seconds=1)) == 0
    assert verdict_of(one) == (Verdict.PENDING, "")


@pytest.mark.parametrize("seconds", [0, 1, 3])
def test_several_links_at_once_are_a_machines(click, seconds):
    before = consequences()
    clicks = [click(0), click(1, READ + timedelta(seconds=seconds))]
    assert judge_clicks(now=READ + WAIT * 2) == 2
    assert [verdict_of(one) for one in clicks] == [(Verdict.MACHINE, MachineSign.ALL_AT_ONCE)] * 2
    assert consequences() == before


def test_two_links_one_after_the_other_are_a_persons(click):
    clicks = [click(0), click(1, READ + timedelta(seconds=4))]
    judge_clicks(now=READ + WAIT * 2)
    assert [verdict_of(one) for one in clicks] == [(Verdict.HUMAN, "")] * 2


def test_double_click_is_a_persons(click):
    clicks = [click(0), click(0)]
    judge_clicks(now=READ + WAIT)
    assert [verdict_of(one) for one in clicks] == [(Verdict.HUMAN, "")] * 2
    assert Engagement.objects.count() == 1


def test_click_within_seconds_of_sending_is_a_machines(click):
    before = consequences()
    one = click(0, later(seconds=4))
    judge_clicks(now=READ)
    assert (verdict_of(one), consequences() == before) == ((Verdict.MACHINE, MachineSign.TOO_SOON), True)


@pytest.mark.parametrize("seconds", [-60, 60])
def test_who_follows_the_hidden_link_is_a_machine(click, touch, seconds):
    before = consequences()
    one = click(0)
    note_click(touch=touch, on=ClickOn.TRAP, now=READ + timedelta(seconds=seconds), agent=BROWSER)
    judge_clicks(now=READ + timedelta(minutes=2))
    assert (verdict_of(one), consequences() == before) == ((Verdict.MACHINE, MachineSign.TRAP), True)


def test_scanner_that_opens_answers_and_unsubscribe_along_with_a_link_is_a_machine(client, touch, time_machine):
    before = consequences()
    time_machine.move_to(READ, tick=False)
    for url in (path_of(touch, "https://ripen.example/prices"), unsubscribe_url(touch)):
        client.get(url.removeprefix(HOST), headers={"User-Agent": BROWSER})
    judge_clicks(now=READ + WAIT)
    assert set(Click.objects.values_list("on", "sign")) == {("link", "all_at_once"), ("unsubscribe", "all_at_once")}
    assert consequences() == before


def test_opening_the_page_of_an_answer_counts_nothing(client, touch, defaults):
    client.get(answer_url(touch, "time_frame", "month").removeprefix(HOST), headers={"User-Agent": BROWSER})
    Click.objects.update(at=READ)
    judge_clicks(now=READ + WAIT)
    assert (Click.objects.get().verdict, Engagement.objects.exists()) == (Verdict.HUMAN, False)


def test_switched_off_nothing_is_tracked_or_noted(client, claimed):
    touch = claimed(EMAIL | {"body": BODY}, track_clicks=False)
    assert TouchLinks(touch, tracked=False).page("https://ripen.example/prices") == "https://ripen.example/prices"
    deliver(touch_id=touch.pk, token=touch.token, now=NOW)
    assert not TrackedLink.objects.exists()
    client.get(unsubscribe_url(touch).removeprefix(HOST))
    assert not Click.objects.exists()


def test_old_links_still_lead_on_when_tracking_is_switched_off(client, touch):
    path = path_of(touch, "https://ripen.example/prices")
    Sequence.objects.update(track_clicks=False)
    assert client.get(path).url == "https://ripen.example/prices"
    assert not Click.objects.exists()


def test_flood_of_one_link_is_cut_off(client, touch, click):
    for _ in range(MOST):
        click(0)
    assert (click(0), Click.objects.count()) == (None, MOST)
    assert client.get(path_of(touch, "https://ripen.example/prices")).status_code == 302


def test_click_of_a_merged_lead_is_the_survivors(click, touch):
    survivor = LeadFactory()
    Lead.objects.filter(pk=touch.enrollment.lead_id).update(merged_into=survivor)
    click(0)
    judge_clicks(now=READ + WAIT)
    assert Engagement.objects.get().lead == survivor


def test_one_address_is_stored_once(enrolled):
    for key in ("a", "b"):
        touch = enrolled(EMAIL | {"body": BODY}, key=key).touches.get()
        assert TouchLinks(touch).page("https://ripen.example/prices").startswith(f"{HOST}/c/")
    assert TrackedLink.objects.count() == 1
