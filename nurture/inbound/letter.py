"""A mail that came in, read once and kept as plain values. Anybody can send us anything: nothing here raises for what a
mail holds, and every value is bounded."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from functools import cached_property
from hashlib import sha256

from nurture.inbound.automatic import is_automatic
from nurture.inbound.plain import text_of
from nurture.inbound.reports import Report, report_in
from nurture.inbound.words import own_words

MAX_TEXT = 100_000
MAX_HEADER = 998
MAX_VALUE = 20_000  # of one header
MAX_IDS = 50  # of a thread, the newest
MESSAGE_ID = re.compile(r"<[^<>\s]{1,990}>")
# Where mail servers say which of our addresses a mail came to.
TO_US = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")


@dataclass(frozen=True)
class Letter:
    """``answers``: the Message-IDs that it answers, the one it answers directly first. ``failed_checks``: the mail
    server that took it says that the sender's address is forged (DMARC). ``envelope``: whom it was sent to, where the
    one who brought it knows."""

    message: Message = field(repr=False)
    envelope: tuple[str, ...] = ()

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Letter":
        return cls(message_from_bytes(raw, policy=policy.compat32))

    @cached_property
    def message_id(self) -> str:
        return self.raw("message-id")[:MAX_HEADER]

    @cached_property
    def subject(self) -> str:
        return decoded(self.raw("subject"))[:MAX_HEADER]

    @cached_property
    def sender(self) -> str:
        return parseaddr(self.raw("from"))[1][:320]

    @cached_property
    def sender_name(self) -> str:
        return decoded(parseaddr(self.raw("from"))[0])[:200]

    @cached_property
    def recipients(self) -> list[str]:
        values = [value for name in TO_US for value in self.all_of(name)]
        found = [address for _, address in getaddresses(values) if "@" in address]
        return list(dict.fromkeys([*self.envelope, *found]))[:MAX_IDS]

    @cached_property
    def answers(self) -> list[str]:
        direct = MESSAGE_ID.findall(self.raw("in-reply-to"))
        thread = [found for value in self.all_of("references") for found in MESSAGE_ID.findall(value)]
        return list(dict.fromkeys([*direct, *reversed(thread)]))[:MAX_IDS]

    @cached_property
    def written_at(self) -> datetime | None:
        try:
            at = parsedate_to_datetime(self.raw("date"))
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            return None

    @cached_property
    def text(self) -> str:
        """What it says; of HTML the text."""
        plain = [self._content(part) for part in self._parts("text/plain")]
        if any(text.strip() for text in plain):
            return "\n\n".join(plain)[:MAX_TEXT].strip()
        return text_of("\n".join(self._content(part) for part in self._parts("text/html")))[:MAX_TEXT]

    @cached_property
    def own_words(self) -> str:
        return own_words(self.text)

    @cached_property
    def attachments(self) -> list[str]:
        names = (clean(part.get_filename() or "") for part in self.message.walk() if not part.is_multipart())
        return [name[:200] for name in names if name][:MAX_IDS]

    @cached_property
    def report(self) -> Report | None:
        return report_in(self.message)

    @cached_property
    def automatic(self) -> bool:
        return is_automatic(self.message, subject=self.subject, own_words=self.own_words)

    @cached_property
    def failed_checks(self) -> bool:
        newest = self.raw("authentication-results")
        return "dmarc=fail" in newest.lower()

    @cached_property
    def digest(self) -> str:
        """The same for the same mail, by whichever way it comes."""
        said = [self.message_id, self.raw("from"), self.raw("date"), self.subject, self.text]
        if not self.message_id:
            said.append(self.raw("received"))
        return sha256("\x00".join(said).encode(errors="replace")).hexdigest()

    def raw(self, name: str) -> str:
        """The first one, or ""."""
        return next(iter(self.all_of(name)), "")

    def all_of(self, name: str) -> list[str]:
        """As they were sent, each in one line."""
        return [clean(str(value))[:MAX_VALUE] for value in self.message.get_all(name, [])]

    def _parts(self, kind: str) -> list[Message]:
        return [
            part
            for part in self.message.walk()
            if part.get_content_type() == kind and part.get_content_disposition() != "attachment"
        ]

    def _content(self, part: Message) -> str:
        raw = part.get_payload(decode=True)
        if not isinstance(raw, bytes):
            return ""
        try:
            return raw.decode(part.get_content_charset() or "utf-8", "replace").replace("\x00", "")
        except LookupError:  # a character set that nobody knows
            return raw.decode("utf-8", "replace").replace("\x00", "")


def clean(value: str) -> str:
    """One line without control characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in value).split())


def decoded(value: str) -> str:
    """Without the encoding of RFC 2047; as it is where that is broken."""
    try:
        return clean(str(make_header(decode_header(value))))
    except (HeaderParseError, LookupError, ValueError):
        return value
