import email.utils
import re

import pytest
from django.core import mail
from django.core.mail import BadHeaderError
from django.urls import resolve

from leads.models import Question
from nurture.mail.message import build
from nurture.mail.tags import MERGE_TAGS, values_for
from nurture.mail.templates import TemplateRefused, check_line, check_template, render
from nurture.models import Sequence
from nurture.services.delivery import deliver
from tests.factories import NOW, LeadFactory
from tests.nurture.conftest import EMAIL

VALUES = dict.fromkeys(MERGE_TAGS, "x")


@pytest.mark.parametrize(
    "text",
    [
        "{{ settings }}",
        "{{ first_name.__class__.__mro__ }}",
        "{{ first_name['__class__'] }}",
        "{{ first_name.size }}",
        "{{ lead.delete }}",
        "{{ first_name | safe }}",
        "{{ first_name | append: settings }}",
        "{{ first_name | default: settings.SECRET_KEY }}",
        "{% load x %}",
        "{% include 'x' %}",
        "{% render 'x' %}",
        "{% assign a = 1 %}",
        "{% capture a %}{% endcapture %}",
        "{% for i in (1..9999999) %}x{% endfor %}",
        "{% tablerow i in (1..9999999) %}x{% endtablerow %}",
        "{% liquid echo settings %}",
        "{% if settings %}x{% endif %}",
        "{% if first_name %}",
        "{{ first_name",
        "{{ }}",
        "{% if first_name %}" * 50 + "{% endif %}" * 50,
        "x" * 20_001,
    ],
)
def test_text_that_is_more_than_merge_tags_is_refused(text):
    with pytest.raises(TemplateRefused):
        check_template(text)


def test_refusal_names_the_tag_and_what_there_is():
    with pytest.raises(TemplateRefused) as refused:
        check_template("Hi {{ frist_name }}")
    assert str(refused.value) == f"There is no merge tag “frist_name”. There are: {', '.join(MERGE_TAGS)}."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi {{ first_name }}", "Hi x"),
        ("{{ first_name | upcase }}", "X"),
        ("{% if company == 'x' %}a{% else %}b{% endif %}", "a"),
        ("{% unless company == 'x' %}a{% endunless %}", ""),
        ("no tags at all", "no tags at all"),
    ],
)
def test_allowed_text_is_rendered(text, expected):
    check_template(text)
    assert render(text, VALUES) == expected


@pytest.mark.parametrize("text", ["Hello\nBcc: all@x.example", "Hello\rBcc: all@x.example", "\x00"])
def test_subject_is_one_line(text):
    with pytest.raises(TemplateRefused):
        check_line(text)


@pytest.mark.parametrize(
    ("first_name", "expected"),
    [
        ("Ada", "Ada"),
        ("Jean-Luc", "Jean-Luc"),
        ("O\u2019Neill", "O\u2019Neill"),
        ("शिवानी", "शिवानी"),
        ("", "there"),
        ("  ", "there"),
        ("Win now at http://evil.example", "there"),
        ("evil.example", "there"),
        ("Cheap pills for you and me", "there"),
        ("<b>Ada</b>", "there"),
        ("{{ settings }}", "there"),
        ("Ada\r\nBcc: all@x.example", "there"),
        ("a" * 61, "there"),
    ],
)
@pytest.mark.django_db
def test_first_name_is_used_only_if_it_looks_like_one(company, first_name, expected):
    lead = LeadFactory.build(first_name=first_name)
    assert values_for(lead, sender="Ripen <r@x.example>", company=company)["first_name"] == expected


def sent(touch):
    deliver(touch_id=touch.pk, token=touch.token, now=NOW)
    (message,) = mail.outbox
    return message


def html_of(message):
    return next(part for part, kind in message.alternatives if kind == "text/html")


@pytest.fixture
def question(defaults):
    return Question.objects.get(key="time_frame")


def test_mail_has_what_the_law_and_rfc_8058_ask_for(claimed, question):
    touch = claimed(EMAIL | {"question": question})
    message = sent(touch)
    headers = message.message()
    (url,) = re.findall(r"^<(http://localhost:8000/u/[^>]+/)>$", headers["List-Unsubscribe"])
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Message-ID"] == f"<{touch.uuid}@localhost>"
    assert email.utils.parsedate_to_datetime(headers["Date"]) == NOW
    for body in (message.body, html_of(message)):
        assert "12345 Ripeton" in body
        assert url in body
        assert body.count("/a/") == question.choices.count()


def test_links_are_ours_whatever_the_host(claimed, question):
    message = sent(claimed(EMAIL | {"question": question}))
    urls = re.findall(r"https?://\S+", message.body)
    assert {url.split("/")[2] for url in urls} == {"localhost:8000"}
    paths = [url.removeprefix("http://localhost:8000") for url in urls]
    assert {resolve(path).view_name for path in paths} == {
        "nurture:answer",
        "nurture:preferences",
        "nurture:unsubscribe",
    }


def test_what_a_lead_typed_is_literal_text(claimed):
    lead = LeadFactory(first_name="Ada", company="R&D (Süd)")
    body = "Hi {{ first_name }} of {{ company }}, 1 < 2 & <b>not bold</b>\nsecond line\n\nhttps://ripen.example/x"
    message = sent(claimed(EMAIL | {"body": body}, lead=lead, track_clicks=False))
    assert message.body.startswith(
        "Hi Ada of R&D (Süd), 1 < 2 & <b>not bold</b>\nsecond line\n\nhttps://ripen.example/x\n"
    )
    html = html_of(message)
    assert "Hi Ada of R&amp;D (Süd), 1 &lt; 2 &amp; &lt;b&gt;not bold&lt;/b&gt;<br />\nsecond line</p>" in html
    assert '<a href="https://ripen.example/x"' in html


@pytest.mark.parametrize("sender", ["Ripen\r\nBcc: all@x.example <r@x.example>", "R <r@x.example\nBcc: all@x.example>"])
def test_header_injection_is_refused(claimed, sender):
    touch = claimed(EMAIL)
    Sequence.objects.update(sender=sender)
    with pytest.raises(BadHeaderError):
        build(type(touch).objects.get(pk=touch.pk), now=NOW)
    assert deliver(touch_id=touch.pk, token=touch.token, now=NOW) == "failed"
    assert mail.outbox == []


def test_nothing_is_sent_without_a_postal_address(claimed, company):
    touch = claimed(EMAIL)
    company.postal_address = " "
    company.save()
    assert deliver(touch_id=touch.pk, token=touch.token, now=NOW) == "planned"
    touch.refresh_from_db()
    assert ("no postal address" in touch.error, mail.outbox) == (True, [])


def test_mail_is_told_apart_later_by_its_names(claimed):
    touch = claimed(EMAIL)
    message = sent(touch)
    touch.refresh_from_db()
    assert touch.message_id == message.message()["Message-ID"] == f"<{touch.uuid}@localhost>"
    assert (touch.provider_id, message.metadata) == ("", {"touch": touch.uuid.hex})


@pytest.mark.parametrize("address", ["a@x.example, b@x.example", "a@x.example\nBcc: b@x.example", "Ada <a@x.example>"])
def test_mail_goes_to_one_address(claimed, address):
    touch = claimed(EMAIL)
    type(touch.enrollment.lead).objects.update(email=address)
    assert deliver(touch_id=touch.pk, token=touch.token, now=NOW) == "failed"
    assert mail.outbox == []
