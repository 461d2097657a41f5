from datetime import timedelta

import pytest
from django.core import mail

from crm.people.models import Notice, User
from crm.people.notifying import mail_notices, notify, want_notices_by_mail
from leads.models import Lead
from leads.services.routing import assign_lead
from tests.factories import NOW, LeadFactory, RoutingRuleFactory, UserFactory
from tests.web.test_today import inquire

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep(client):
    user = UserFactory()
    client.force_login(user)
    return user


def tell(user, *, key="one", title="Pat replied", url="/leads/", now=NOW, **more):
    notify(users=[user], kind="reply", key=key, title=title, url=url, now=now, **more)


def test_telling_twice_is_telling_once(rep):
    for _ in range(2):
        tell(rep)
    assert Notice.objects.count() == 1


def test_who_left_is_told_nothing():
    tell(UserFactory(is_active=False))
    assert not Notice.objects.exists()


def test_what_others_wrote_becomes_one_line_of_bounded_length(rep):
    tell(rep, title="Pat\r\nBcc: all@x.example", body="x\n" * 900)
    notice = Notice.objects.get()
    assert (notice.title, len(notice.body)) == ("Pat Bcc: all@x.example", 500)


def test_bell_counts_the_unread_without_a_query_of_its_own(client, rep, django_assert_num_queries):
    empty = client.get("/notices/")
    for number in range(120):
        tell(rep, key=str(number))
    tell(UserFactory())
    with django_assert_num_queries(4):  # session, user with the count, the page's two
        page = client.get("/notices/")
    assert ["99+" in page.content.decode(), 'aria-label="Notices, 120 new"' in page.content.decode()] == [True, True]
    assert "bell-count" not in empty.content.decode()


def test_opening_marks_as_read_and_leads_on(client, rep):
    tell(rep, url="/leads/7/")
    notice = Notice.objects.get()
    assert client.get(f"/notices/{notice.pk}/").status_code == 405
    response = client.post(f"/notices/{notice.pk}/")
    notice.refresh_from_db()
    assert (response.status_code, response.headers["Location"], notice.read_at is None) == (302, "/leads/7/", False)


def test_notices_of_others_are_not_there(client, rep):
    other = UserFactory()
    tell(other, title="Secret")
    notice = Notice.objects.get()
    assert client.post(f"/notices/{notice.pk}/").status_code == 404
    client.post("/notices/read/")
    notice.refresh_from_db()
    assert (notice.read_at, "Secret" in client.get("/notices/").content.decode()) == (None, False)


def test_all_are_marked_as_read_at_once(client, rep):
    tell(rep)
    tell(rep, key="two")
    client.post("/notices/read/")
    assert not Notice.objects.unread().exists()


def test_one_mail_for_all_that_is_new_and_only_once(rep):
    tell(rep, body="Yes, please call.")
    tell(rep, key="two", title="Kim replied")
    tell(UserFactory(), title="Somebody else's")
    assert [mail_notices(now=NOW), mail_notices(now=NOW)] == [2, 0]
    ours = next(message for message in mail.outbox if message.to == [rep.email])
    assert ours.subject == "2 things to look at in Ripen"
    told = [text in ours.body for text in ("Yes, please call.", "Kim replied", "Somebody")]
    assert told == [True, True, False]
    assert ours.extra_headers["Auto-Submitted"] == "auto-generated"


def test_what_was_read_or_is_old_is_not_mailed(client, rep):
    tell(rep, now=NOW - timedelta(days=2))
    tell(rep, key="read")
    Notice.objects.filter(key="read").update(read_at=NOW)
    assert (mail_notices(now=NOW), mail.outbox) == (0, [])


def test_who_wants_no_mail_gets_none_of_what_waits_either(client, rep):
    tell(rep)
    client.post("/notices/by-mail/", {"wanted": "no"})
    tell(User.objects.get(pk=rep.pk), key="two")
    assert (mail_notices(now=NOW), Notice.objects.unread().count()) == (0, 2)
    want_notices_by_mail(user=rep, wanted=True)
    tell(User.objects.get(pk=rep.pk), key="three")
    assert mail_notices(now=NOW) == 1


def test_mail_server_that_refuses_gets_it_with_the_next_sweep(rep, settings):
    tell(rep)
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert mail_notices(now=NOW) == 0
    settings.EMAIL_BACKEND = working
    assert [mail_notices(now=NOW), len(mail.outbox)] == [1, 1]


def test_owner_is_told_of_a_lead_that_qualified_and_was_routed(rep, defaults):
    RoutingRuleFactory(members=[rep])
    lead = inquire(1, now=NOW)
    notice = Notice.objects.get()
    assert (notice.user, notice.title, notice.url) == (rep, f"Qualified lead: {lead}", lead.get_absolute_url())


def test_owner_of_before_is_told_when_the_lead_qualifies(rep, defaults):
    lead = inquire(1, now=NOW, answers={})
    Lead.objects.filter(pk=lead.pk).update(owner=rep)
    inquire(1, now=NOW)
    assert list(Notice.objects.values_list("user", "title")) == [(rep.pk, f"Your lead qualified: {lead}")]


def test_assigning_tells_the_colleague_not_oneself(rep):
    lead, manager = LeadFactory(), UserFactory(sales_manager=True)
    assign_lead(lead=lead, to=rep, by=rep, now=NOW)
    assert not Notice.objects.exists()
    assign_lead(lead=lead, to=rep, by=manager, now=NOW)
    notice = Notice.objects.get()
    assert (notice.title, str(manager) in notice.body) == (f"A lead for you: {lead}", True)
