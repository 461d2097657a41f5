import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from leads.models import Criterion, Lead, Policy
from reports import tasks
from reports.back_tests.services import request_back_test
from reports.models import BackTest
from tests.back_tests.conftest import LATER, NEED, QUALIFYING
from tests.factories import UserFactory

MANAGERS = ["sales_manager", "marketing_manager", "administrator"]


@pytest.fixture
def as_role(client, db):
    def log_in(role):
        client.force_login(UserFactory(role=role))
        return client

    return log_in


@pytest.fixture(autouse=True)
def woken(monkeypatch):
    """Ids that a worker was woken up for; the page never counts anything itself."""
    found = []
    monkeypatch.setattr(tasks.run_back_test, "apply_async", lambda arguments, **options: found.extend(arguments))
    return found


@pytest.fixture
def finished(inquire, draft, back_test):
    for n in range(40):
        inquire(answers=QUALIFYING, won=n % 2 == 0)
    for n in range(12):
        inquire(answers=NEED, won=n % 4 == 0)
    inquire()
    return back_test(draft(need=["new"]))


def url(name, *arguments):
    return reverse(f"reports:{name}", args=arguments)


def pages(back_test):
    return [
        url("back_tests"),
        url("back_test", back_test.pk),
        url("back_test_progress", back_test.pk),
        url("back_test_json", back_test.pk),
        url("back_test_csv", back_test.pk),
        *(
            url(name, back_test.pk, way)
            for name in ("back_test_flips", "back_test_flips_csv")
            for way in ("gained", "lost")
        ),
    ]


@pytest.mark.parametrize("role", MANAGERS)
def test_managers_read_back_tests(as_role, finished, role):
    assert [as_role(role).get(page).status_code for page in pages(finished)] == [200] * 9


def test_reps_do_not_learn_that_there_are_any(as_role, finished):
    rep = as_role("rep")
    assert [rep.get(page).status_code for page in pages(finished)] == [404] * 9
    assert b"back-test" not in rep.get(reverse("reports:home")).content.lower()


@pytest.mark.parametrize(
    ("role", "status"), [("marketing_manager", 302), ("administrator", 302), ("sales_manager", 403), ("rep", 403)]
)
def test_who_sets_policies_may_start_and_cancel(as_role, draft, role, status, woken):
    policy = draft(need=["new"])
    user = as_role(role)
    assert user.post(url("start_back_test", policy.pk)).status_code == status
    assert woken == list(BackTest.objects.values_list("pk", flat=True))
    asked = request_back_test(policy=policy, by=None, now=LATER)
    assert user.post(url("cancel_back_test", asked.pk)).status_code == status
    asked.refresh_from_db()
    assert asked.state == ("cancelled" if status == 302 else "waiting")


def test_reports_lead_managers_to_back_tests(as_role):
    assert url("back_tests").encode() in as_role("sales_manager").get(reverse("reports:home")).content


def test_get_starts_and_cancels_nothing(as_role, draft):
    user, policy = as_role("administrator"), draft(need=["new"])
    assert user.get(url("start_back_test", policy.pk)).status_code == 405
    assert not BackTest.objects.exists()
    asked = request_back_test(policy=policy, by=None, now=LATER)
    assert user.get(url("cancel_back_test", asked.pk)).status_code == 405


def test_what_cannot_be_tested_is_told(as_role, draft):
    response = as_role("administrator").post(url("start_back_test", draft().pk), follow=True)
    assert b"A policy without criteria would qualify everybody" in response.content
    assert as_role("administrator").post(url("start_back_test", 999)).status_code == 404


def test_detail_says_what_was_found(as_role, finished):
    page = as_role("marketing_manager").get(url("back_test", finished.pk)).content.decode()
    for text in (
        "Of 53 leads the draft qualifies 52, the active policy 40.",
        "12 would qualify that did not, 3 of them won; 0 would no longer qualify, 0 of them won.",
        "44.2 % (31.6 to 57.7 %, n = 52) were won",
        "50.0 % (35.2 to 64.8)",
        "Too few to compare the policies",
        "Past leads only.",
    ):
        assert text in page


def test_policy_changed_since_is_told(as_role, finished):
    user = as_role("administrator")
    assert b"test it again" not in user.get(url("back_test", finished.pk)).content
    Criterion.objects.filter(policy=finished.policy).update(points=11)
    assert b"The policy was changed after this back-test" in user.get(url("back_test", finished.pk)).content


def test_detail_takes_few_queries(as_role, finished, django_assert_max_num_queries):
    user = as_role("marketing_manager")
    for page in pages(finished):
        with django_assert_max_num_queries(10):
            user.get(page)


def test_progress_is_shown_and_then_the_page_is_loaded_anew(as_role, draft, back_test):
    user = as_role("marketing_manager")
    asked = request_back_test(policy=draft(need=["new"]), by=None, now=LATER)
    assert b"Waiting for a worker" in user.get(url("back_test", asked.pk)).content
    BackTest.objects.filter(pk=asked.pk).update(
        state="running", token="00000000-0000-0000-0000-000000000001", lease_until=LATER, done=1500, total=3000
    )
    progress = user.get(url("back_test_progress", asked.pk))
    assert b"1,500 of 3,000 leads judged" in progress.content
    assert b'value="1500" max="3000"' in progress.content
    BackTest.objects.filter(pk=asked.pk).update(state="failed", error="Gone.", token=None, finished_at=LATER)
    assert user.get(url("back_test_progress", asked.pk))["HX-Refresh"] == "true"
    assert b"Gone." in user.get(url("back_test", asked.pk)).content


def test_numbers_of_the_progress_bar_are_plain_numbers(as_role, draft):
    asked = request_back_test(policy=draft(need=["new"]), by=None, now=LATER)
    BackTest.objects.filter(pk=asked.pk).update(total=123_456)
    assert b'max="123456"' in as_role("administrator").get(url("back_test", asked.pk)).content


def test_flips_lead_to_their_leads_and_are_exported_as_literals(as_role, finished):
    user = as_role("marketing_manager")
    flip = finished.flips.order_by("-won", "-lead_id").first()
    Lead.objects.filter(pk=flip.lead_id).update(last_name="=1+1")
    page = user.get(url("back_test_flips", finished.pk, "gained")).content.decode()
    assert page.count('class="row-link"') == 12
    assert f'href="{flip.lead.get_absolute_url()}"' in page
    sheet = b"".join(user.get(url("back_test_flips_csv", finished.pk, "gained")).streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert (len(rows), rows[0]["lead"], rows[0]["last name"]) == (12, str(flip.lead_id), "'=1+1")
    assert user.get(f"/reports/back-tests/{finished.pk}/others/").status_code == 404


def test_without_leads_or_back_tests_the_pages_say_what_to_do(as_role, draft, back_test):
    user = as_role("marketing_manager")
    assert b"Nothing was back-tested yet" in user.get(url("back_tests")).content
    done = back_test(draft(need=["new"]))
    assert b"No lead has inquired yet" in user.get(url("back_test", done.pk)).content


def test_admin_starts_the_back_test_of_a_draft(as_role, draft, woken):
    user, policy = as_role("marketing_manager"), draft(need=["new"])
    page = reverse("admin:leads_policy_back_test", args=[policy.pk])
    assert page.encode() in user.get(reverse("admin:leads_policy_change", args=[policy.pk])).content
    user.get(page)
    assert not BackTest.objects.exists()
    response = user.post(page, {"_form_submitted": "on"})
    asked = BackTest.objects.get()
    assert (response["HX-Redirect"], woken) == (url("back_test", asked.pk), [asked.pk])
    sales = Policy.objects.get(purpose="sales")
    assert (
        user.post(reverse("admin:leads_policy_back_test", args=[sales.pk]), {"_form_submitted": "on"}).status_code
        == 403
    )


def test_broker_that_is_gone_delays_and_breaks_nothing(as_role, draft, monkeypatch):
    from kombu.exceptions import OperationalError

    def gone(*arguments, **options):
        raise OperationalError

    monkeypatch.setattr(tasks.run_back_test, "apply_async", gone)
    response = as_role("administrator").post(url("start_back_test", draft(need=["new"]).pk))
    assert (response.status_code, BackTest.objects.get().state) == (302, "waiting")


def test_api_and_command_say_what_the_page_says(as_role, finished):
    out = io.StringIO()
    call_command("report", "back-test", "--format", "json", "--id", str(finished.pk), stdout=out)
    told = json.loads(out.getvalue())
    manager = as_role("sales_manager")
    assert manager.get(url("back_test_json", finished.pk)).json() == told
    draft, against = told["rows"]
    assert (told["leads"], told["won"]) == (53, 23)
    assert [(row["qualified"], row["won"]) for row in (draft, against)] == [(52, 23), (40, 20)]
    assert told["flips"] == {"gained": {"leads": 12, "won": 3}, "lost": {"leads": 0, "won": 0}}
    found = manager.get(url("back_test", finished.pk)).context["found"].figures
    assert draft["precision"]["rate"] == found.draft.precision.rate
    assert told["differences"]["recall"] is None or told["differences"]["recall"]["value"] > 0


def test_csv_and_table_have_the_lines_of_the_page(as_role, finished):
    manager = as_role("sales_manager")
    lines = [
        [line.name, line.draft, line.other, line.difference]
        for line in manager.get(url("back_test", finished.pk)).context["found"].lines
    ]
    content = b"".join(manager.get(url("back_test_csv", finished.pk)).streaming_content).decode("utf-8-sig")
    out, table = io.StringIO(), io.StringIO()
    call_command("report", "back-test", "--format", "csv", stdout=out)
    call_command("report", "back-test", stdout=table)
    assert list(csv.reader(io.StringIO(content)))[1:] == list(csv.reader(io.StringIO(out.getvalue())))[1:]
    assert [row[0] for row in csv.reader(io.StringIO(content))][1:] == [name for name, *_ in lines]
    assert all(line[1] in table.getvalue() for line in lines)


def test_back_test_that_is_not_there_is_refused(active, draft, as_role):
    with pytest.raises(CommandError, match="There are: none"):
        call_command("report", "back-test")
    waiting = request_back_test(policy=draft(need=["new"]), by=None, now=LATER)
    with pytest.raises(CommandError):
        call_command("report", "back-test", "--id", str(waiting.pk))
    assert as_role("sales_manager").get(url("back_test_json", waiting.pk)).status_code == 404
