"""Mails are written into a layout that was made once: they look as if each had one made for itself."""

import mrml
import pytest
from django.template.loader import render_to_string

from leads.models import Question
from nurture.mail import frame, letter
from nurture.mail.examples import ExampleLinks
from nurture.models import Attachment
from tests.factories import LeadFactory
from tests.nurture.conftest import EMAIL

pytestmark = pytest.mark.django_db
BODY = "Hi {{ first_name }},\n\n- one & two\n- <b>*three*</b>\n\n> so?\n\nhttps://example.com/?a=1&b=2"


class Links(ExampleLinks):
    trap = "https://example.com/trap?a=1&b=2"

    def answer(self, question, choice):
        return f"https://example.com/{question}/{choice}?a=1&b=2"


@pytest.fixture
def composed(make_sequence, company):
    """composed(lead): its letter, with all that a letter can have."""
    company.name, company.color = "Apples & <i>Pears</i> $1 \\1", "#aa3311"
    company.save()
    question = Question.objects.create(key="when", text="When <exactly>?", kind="boolean")
    step = make_sequence({**EMAIL, "body": BODY, "question": question}).steps.get()
    Attachment.objects.create(step=step, file="a.pdf", name="Prices & <more>.pdf", size=2048)
    return lambda lead: letter.compose(step=step, wording=step, lead=lead, sender="a@b.example", links=Links())


def test_letter_is_what_the_layout_would_give_for_it_alone(composed, monkeypatch):
    lead = LeadFactory(first_name="Zoë")
    quick = composed(lead)

    def alone(template):
        def made(self, body, addresses):
            context = self._context()
            unsubscribe, preferences, trap, *more = addresses
            for place, answer in enumerate(context["answers"]):
                answer["url"] = more[place]
            context["attachments"][0]["url"] = more[-1]
            context |= {"text": body, "html": body, "trap_url": trap}
            context |= {"unsubscribe_url": unsubscribe, "preferences_url": preferences}
            return render_to_string(template, context)

        return made

    monkeypatch.setattr(frame.Frame, "text", alone("nurture/mail.txt"))
    as_mjml = alone("nurture/mail.mjml")
    monkeypatch.setattr(frame.Frame, "html", lambda *given: mrml.to_html(as_mjml(*given)).content)
    slow = composed(lead)
    assert (quick.subject, quick.text) == (slow.subject, slow.text)
    assert quick.html.replace(">\n<", "><") == slow.html.replace(">\n<", "><")  # mrml leaves some out
    assert frame.MARK not in quick.html + quick.text


def test_what_is_written_into_a_slot_stays_what_it_is(composed):
    first, second = (composed(LeadFactory(first_name=name)) for name in ("Ada", "Bob"))
    for mine, other, made in (("Ada", "Bob", first), ("Bob", "Ada", second)):
        assert f"Hi {mine}" in made.html
        assert f"Hi {mine}" in made.text
        assert other not in made.html + made.text
    assert "Apples &amp; &lt;i&gt;Pears&lt;/i&gt; $1 \\1" in first.html
    assert "Prices &amp; &lt;more&gt;.pdf" in first.html
    assert 'href="https://example.com/trap?a=1&amp;b=2"' in first.html


def test_layout_is_made_once(composed, monkeypatch):
    composed(LeadFactory())
    monkeypatch.setattr(frame.mrml, "to_html", None)
    assert composed(LeadFactory()).html
