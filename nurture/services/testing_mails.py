"""A marketing manager sends a mail to their own address, to see it where people will."""

from datetime import datetime
from email.utils import format_datetime, make_msgid

from crm.people.emails import domain_of
from crm.people.models import User
from leads.models import Lead
from nurture.mail.connection import drop_connection, open_connection
from nurture.mail.examples import ExampleLinks, example_of
from nurture.mail.letter import Text
from nurture.mail.message import message_of
from nurture.models import Step


class TestNotSent(Exception):
    """The message is for a person."""

    __test__ = False


def send_test(*, step: Step, wording: Text, lead: Lead, by: User, now: datetime) -> None:
    """As ``lead`` would get it, with “[Test]” before the subject. Nothing is recorded. Raises TestNotSent."""
    try:
        example = example_of(step, wording, lead)
        names = {"Message-ID": make_msgid(domain=domain_of(example.sender)), "Date": format_datetime(now)}
        message = message_of(example.letter, sender=example.sender, to=by.email, links=ExampleLinks(), headers=names)
        message.subject = f"[Test] {example.letter.subject}"
        message.message()
    except ValueError as error:
        raise TestNotSent(f"The mail cannot be made: {error}") from error
    try:
        open_connection().send_messages([message])
    except Exception as error:
        drop_connection()
        raise TestNotSent(f"The mail server did not take it: {error}") from error
