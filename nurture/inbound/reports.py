"""Reports that mail servers send as mails: what could not be delivered (RFC 3464), and complaints (ARF, RFC 5965)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from email.utils import parseaddr

from nurture.inbound.severity import is_hard
from nurture.models import MailEventKind

MESSAGE_ID = re.compile(r"<[^<>\s]{1,990}>")
ACTIONS = {"delivered": MailEventKind.DELIVERED, "relayed": MailEventKind.DELIVERED, "delayed": MailEventKind.DEFERRED}
MAX_RECIPIENTS = 20


@dataclass(frozen=True)
class Outcome:
    """Of one recipient. ``addresses``: the names under which the report knows them."""

    kind: str
    addresses: tuple[str, ...]
    detail: str


@dataclass(frozen=True)
class Report:
    """``message_id``: of the mail that it is about, as the part of it that came back says; "" where none did."""

    message_id: str
    outcomes: tuple[Outcome, ...]


def report_in(message: Message) -> Report | None:
    """None where the mail is none."""
    if message.get_content_type() != "multipart/report":
        return None
    kinds = {part.get_content_type(): part for part in message.walk()}
    original = _original(kinds)
    message_id = next(iter(MESSAGE_ID.findall(str(original.get("message-id", "")))), "") if original else ""
    written_to = _address(str(original.get("to", ""))) if original else ""
    if status := kinds.get("message/delivery-status"):
        return Report(message_id, tuple(_deliveries(status, written_to))[:MAX_RECIPIENTS])
    if feedback := kinds.get("message/feedback-report"):
        return Report(message_id, (_complaint(feedback, written_to),))
    return None


def _deliveries(status: Message, written_to: str) -> Iterator[Outcome]:
    """A block of fields for the mail, and one for each recipient."""
    for fields in _blocks(status)[1:]:
        action, code = fields.get("action", "").strip().lower(), fields.get("status", "")
        names = [_address(fields.get(name, "")) for name in ("final-recipient", "original-recipient")]
        detail = " ".join(" ".join([code, fields.get("diagnostic-code", "")]).split())[:1_000]
        if kind := ACTIONS.get(action) or (_failed(detail) if action == "failed" else ""):
            yield Outcome(kind, tuple(name for name in dict.fromkeys([*names, written_to]) if name), detail)


def _failed(detail: str) -> str:
    return MailEventKind.HARD_BOUNCE if is_hard(detail) else MailEventKind.SOFT_BOUNCE


def _complaint(feedback: Message, written_to: str) -> Outcome:
    (fields, *_) = _blocks(feedback) or [Message()]
    names = [_address(fields.get(name, "")) for name in ("original-rcpt-to", "removal-recipient")]
    known = tuple(name for name in dict.fromkeys([*names, written_to]) if name)
    return Outcome(MailEventKind.COMPLAINT, known, f"Feedback-Type: {fields.get('feedback-type', 'abuse')}"[:200])


def _blocks(part: Message) -> list[Message]:
    """The part's own fields: the parser has made messages of them, or left them as text."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return [block for block in payload if isinstance(block, Message)]
    text = str(payload).replace("\r\n", "\n")
    return [message_from_string(block.strip() + "\n\n") for block in text.split("\n\n") if block.strip()]


def _original(kinds: dict[str, Message]) -> Message | None:
    """The mail that came back, or its headers."""
    if (whole := kinds.get("message/rfc822")) and isinstance(payload := whole.get_payload(), list) and payload:
        return payload[0] if isinstance(payload[0], Message) else None
    if headers := kinds.get("text/rfc822-headers"):
        raw = headers.get_payload(decode=True)
        return message_from_string(raw.decode("utf-8", "replace")) if isinstance(raw, bytes) else None
    return None


def _address(field: str) -> str:
    """Of “rfc822; pat@x.example”, or of a header with a name."""
    return parseaddr(" ".join(str(field).split()).rpartition(";")[2])[1][:320]
