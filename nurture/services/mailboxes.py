"""Mailboxes as a marketing manager sets them up."""

from nurture.models import Mailbox

# Whoever changes one of these may mean another mailbox: what was read of the one before says nothing.
SAME = ("host", "port", "user", "folder")


def save_mailbox(*, mailbox: Mailbox, password: str = "", changed: list[str]) -> Mailbox:
    """``password`` blank: the one it has. ``changed``: names of the fields that are new."""
    if password:
        mailbox.password = password
    if any(name in SAME for name in changed):
        mailbox.uid_validity = mailbox.last_uid = None
    mailbox.error, mailbox.failing_since = "", None
    mailbox.token = mailbox.lease_until = None
    mailbox.save()
    return mailbox
