"""What keeps robots and floods out, on the page and at the JSON endpoint alike. (reliability.md, attacks 22 and 24)"""

import json
from collections.abc import Callable
from typing import Any

import altcha
import pytest
from django.test import RequestFactory

from crm.web import throttle
from crm.web.addresses import client_ip, networks_of
from leads import proof
from leads.models import CaughtSubmission, EmailConfirmation, Inquiry, InquiryForm, Lead
from leads.models.caught import KEPT_ROWS
from leads.services.capture import keep_caught
from tests.factories import NOW
from tests.leads.forms.conftest import PERSON
from tests.leads.opened import opened

Post = Callable[..., Any]


@pytest.fixture(params=["page", "json"])
def post(request: Any, client: Any, defaults: InquiryForm) -> Post:
    """post(**fields): to the page or as JSON, with a token unless ``token`` is given."""

    def send(*, ip: str = "203.0.113.7", headers: dict[str, str] | None = None, **fields: Any) -> Any:
        data = {"token": opened(defaults), **PERSON, **fields}
        if request.param == "json":
            address, data = "/api/forms/contact-us/", json.dumps(data)
            return client.post(address, data, content_type="application/json", REMOTE_ADDR=ip, headers=headers or {})
        return client.post("/f/contact-us/", data, REMOTE_ADDR=ip, headers=headers or {})

    return send


def solved(form: InquiryForm) -> str:
    challenge = altcha.Challenge.from_dict(proof.challenge_for(form))
    return altcha.Payload(challenge, altcha.solve_challenge(challenge)).to_base64()


def taken(response: Any) -> bool:
    return response.status_code in (201, 302)


@pytest.fixture
def few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "TRIES", 3)


def test_robot_that_fills_the_trap_thinks_it_got_through(post):
    assert taken(post(fax_number="1"))
    assert Lead.objects.count() == 0
    caught = CaughtSubmission.objects.get()
    assert (caught.why, caught.payload["email"], caught.ip) == ("trap", "pat@company.example", "203.0.113.7")


def test_caught_submissions_are_bounded(defaults):
    CaughtSubmission.objects.bulk_create(
        CaughtSubmission(form=defaults, why="trap", caught_at=NOW, payload={}) for _ in range(KEPT_ROWS)
    )
    keep_caught(form=defaults, why="trap", payload={"company": "x" * 99_999}, ip=None, now=NOW)
    assert CaughtSubmission.objects.count() == KEPT_ROWS
    assert len(CaughtSubmission.objects.order_by("-pk")[0].payload["company"]) == 2_000


def test_post_without_opening_the_form_is_refused_and_may_be_sent_again(post, settings):
    settings.FORM_MIN_SECONDS = 1
    for token in ("", "made:up:token"):
        assert post(token=token).status_code == 422
    assert Inquiry.objects.count() == 0


def test_form_that_is_sent_at_once_is_refused_until_somebody_had_time_to_read(post, defaults, settings):
    settings.FORM_MIN_SECONDS = 5
    quick = opened(defaults, seconds_ago=0)
    assert post(token=quick).status_code == 422
    settings.FORM_MIN_SECONDS = 0
    assert taken(post(token=quick))


def test_token_of_another_form_or_of_long_ago_is_refused(post, defaults):
    other = InquiryForm.objects.create(name="Other", slug="other", title="Other")
    for token in (opened(other), opened(defaults, seconds_ago=90_000)):
        assert post(token=token).status_code == 422
    assert Inquiry.objects.count() == 0


def test_old_page_keeps_what_was_typed_and_works_at_the_second_press(client, defaults):
    page = client.post("/f/contact-us/", PERSON | {"token": opened(defaults, seconds_ago=90_000)})
    assert page.context["view"].fields["email"].value() == "pat@company.example"
    assert client.post("/f/contact-us/", PERSON | {"token": page.context["view"].token}).status_code == 302


def test_flood_from_one_address_is_told_to_wait(post, settings):
    settings.FORM_POSTS_PER_ADDRESS = 3
    answers = [post() for _ in range(5)]
    assert [taken(answer) for answer in answers] == [True] * 3 + [False] * 2
    assert (answers[-1].status_code, 0 < int(answers[-1].headers["Retry-After"]) <= 600) == (429, True)
    assert "try again" in answers[-1].content.decode()
    assert Inquiry.objects.count() == 3
    assert taken(post(ip="198.51.100.1"))


def test_forged_forwarded_for_does_not_lift_the_throttle(post, settings):
    settings.FORM_POSTS_PER_ADDRESS = 3
    answers = [post(headers={"x-forwarded-for": f"10.0.0.{n}", "x-real-ip": f"10.0.1.{n}"}) for n in range(5)]
    assert [answer.status_code for answer in answers[3:]] == [429, 429]
    assert set(Inquiry.objects.values_list("ip", flat=True)) == {"203.0.113.7"}


def test_flood_from_a_whole_network_is_told_to_wait(post, settings):
    settings.FORM_POSTS_PER_NETWORK = 3
    assert [post(ip=f"203.0.113.{n}").status_code for n in range(4)][-1] == 429


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "1.1.1.1", "9.9.9.9"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 8.8.8.8", "1.1.1.1"),
        (2, "1.1.1.1", "1.1.1.1"),
        (1, "<script>", None),
        (1, "::ffff:1.1.1.1", "1.1.1.1"),
    ],
)
def test_address_is_what_the_outermost_of_our_proxies_saw(settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="9.9.9.9", headers={"x-forwarded-for": forwarded})
    assert client_ip(request) == expected


def test_networks_of_both_kinds_of_addresses():
    assert networks_of("203.0.113.7") == ("203.0.113.7/32", "203.0.113.0/24")
    assert networks_of("2001:db8:1:2:3::4") == ("2001:db8:1:2::/64", "2001:db8:1::/48")
    assert networks_of(None) == ("unknown", "unknown")


def test_without_redis_each_process_counts_by_itself(settings):
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    settings.FORM_POSTS_PER_ADDRESS = 2
    waits = [throttle.wait_seconds("test-away", "192.0.2.99") > 0 for _ in range(3)]
    assert waits == [False, False, True]


@pytest.mark.parametrize("path", ["/f/contact-us/", "/api/forms/contact-us/", "/f/contact-us/embed/"])
def test_huge_body_is_refused_unread(client, defaults, path):
    body = b"x" * 3_000_000
    response = client.post(path, body, content_type="multipart/form-data; boundary=x")
    assert response.status_code == 413


def test_answer_of_a_megabyte_is_an_error_at_its_field(post):
    response = post(company="x" * 1_000_000)
    assert response.status_code == 422
    assert (Lead.objects.count(), CaughtSubmission.objects.count()) == (0, 0)


def test_form_with_proof_of_work_wants_one(post, defaults, few_tries):
    InquiryForm.objects.update(proof_of_work=True)
    assert post().status_code == 422
    assert post(altcha="bogus").status_code == 422
    assert taken(post(altcha=solved(defaults)))
    assert Inquiry.objects.count() == 1


def test_proof_works_once(post, defaults, few_tries):
    InquiryForm.objects.update(proof_of_work=True)
    proven = solved(defaults)
    assert [taken(post(altcha=proven)) for _ in range(3)] == [True, False, False]
    assert (Inquiry.objects.count(), CaughtSubmission.objects.filter(why="proof").count()) == (1, 2)


def test_proof_is_not_used_up_by_an_error_elsewhere(post, defaults, few_tries):
    InquiryForm.objects.update(proof_of_work=True)
    proven = solved(defaults)
    assert post(altcha=proven, email="no address").status_code == 422
    assert taken(post(altcha=proven))


def test_proof_of_another_form_an_old_or_an_easier_one_is_refused(defaults, few_tries, time_machine):
    other = InquiryForm.objects.create(name="Other", slug="other", title="Other")
    assert proof.problem_with(solved(other), defaults) != ""
    easy = altcha.create_challenge(
        algorithm="SHA-256", cost=1, key_prefix="", data={"form": defaults.slug}, hmac_secret="guessed"
    )
    forged = altcha.Payload(easy, altcha.solve_challenge(easy)).to_base64()
    assert proof.problem_with(forged, defaults) != ""
    time_machine.move_to(NOW)
    proven = solved(defaults)
    assert proof.problem_with(proven, defaults) == ""
    time_machine.move_to(NOW.replace(hour=NOW.hour + 1))
    assert proof.problem_with(proven, defaults) != ""


def test_challenges_are_for_forms_that_want_them(client, defaults):
    assert client.get("/f/contact-us/challenge/").status_code == 404
    InquiryForm.objects.update(proof_of_work=True)
    assert client.get("/f/contact-us/challenge/").json()["parameters"]["algorithm"] == "PBKDF2/SHA-256"


def test_flood_with_one_address_is_no_mail_bomb(post):
    InquiryForm.objects.update(double_opt_in=True)
    for n in range(10):
        post(ip=f"203.0.{n}.1", email="Victim@company.example" if n % 2 else "victim@company.example")
    assert (Inquiry.objects.count(), EmailConfirmation.objects.count()) == (10, 1)
