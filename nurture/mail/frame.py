"""The company's layout around a letter, made once for all mails that differ only in what is written into its slots:
making it takes longer than everything else about a mail."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import mrml
from django.template.loader import render_to_string
from django.utils.html import escape

from crm.people.branding import text_color_on

MARK = secrets.token_hex(16)  # of no text that anybody writes
SLOT = re.compile(f"{MARK}-([0-9]+)-")


@dataclass(frozen=True)
class Enclosed:
    name: str
    size: int


@dataclass(frozen=True)
class Frame:
    """What the mails of a step have in common. ``name``, ``postal_address`` and ``color`` are the company's."""

    name: str
    postal_address: str
    color: str
    logo_url: str
    question: str
    answers: Sequence[str]  # their labels
    enclosed: Sequence[Enclosed]
    trap: bool

    def text(self, body: str, addresses: Sequence[str]) -> str:
        """``addresses``: to unsubscribe, of the preferences, the trap's ("" without one), of each answer, of each
        file."""
        return _filled(_text(self), [body, *addresses])

    def html(self, body: str, addresses: Sequence[str]) -> str:
        return _filled(_html(self), [body, *map(escape, addresses)])

    def _context(self) -> dict[str, object]:
        body, unsubscribe, preferences, trap, *more = [
            f"{MARK}-{place}-" for place in range(4 + len(self.answers) + len(self.enclosed))
        ]
        return {
            "text": body,
            "html": body,
            "company": self,
            "text_color": text_color_on(self.color),
            "logo_url": self.logo_url,
            "question": self.question,
            "answers": [{"label": label, "url": url} for label, url in zip(self.answers, more, strict=False)],
            "attachments": [
                {"file": file, "url": url} for file, url in zip(self.enclosed, more[len(self.answers) :], strict=True)
            ],
            "unsubscribe_url": unsubscribe,
            "preferences_url": preferences,
            "trap_url": trap if self.trap else "",
        }


@lru_cache(maxsize=128)
def _text(frame: Frame) -> list[str]:
    return SLOT.split(render_to_string("nurture/mail.txt", frame._context()))


@lru_cache(maxsize=128)
def _html(frame: Frame) -> list[str]:
    return SLOT.split(mrml.to_html(render_to_string("nurture/mail.mjml", frame._context())).content)


def _filled(pieces: Sequence[str], values: Sequence[str]) -> str:
    """``pieces``: in turns what stays and the number of a value."""
    return "".join(values[int(piece)] if place % 2 else piece for place, piece in enumerate(pieces))
