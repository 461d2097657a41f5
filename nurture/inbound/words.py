"""Which words of an answer are the writer's own: not what they quote, and not what stands below it.

Line by line and in linear time, because anybody can send us anything: the libraries for it search with expressions that
a crafted mail keeps busy for hours.
"""

import re
from collections.abc import Iterator

MAX_LINE = 300  # an introduction of a quotation is shorter
# “On Tuesday, Ada wrote:”, in the languages whose mail programs write it so, each in one line or broken into two.
WROTE = re.compile(
    r"(wrote|schrieb|geschrieben|a écrit|escribió|escreveu|ha scritto|scrisse|schreef|geschreven|skrev|napisał\w*|"
    r"kirjoitti|napsal\w*|írta|scris|написал\w*|написав|写道|のメール)[^\n]{0,60}[:\uff1a]$",
    re.IGNORECASE,
)
INTRODUCES = re.compile(r"(on|am|le|el|em|il|op|den|d|w dniu|dne|pe|в|於|在)\b", re.IGNORECASE)
# Outlook: a rule, or the first header of the quoted mail.
DIVIDES = re.compile(
    r"(-{2,} ?(original message|ursprüngliche nachricht|message d'origine|mensaje original|messaggio originale|"
    r"oorspronkelijk bericht|forwarded message) ?-{2,}|_{10,}|"
    r"\*?(from|von|de|da|van|fra|från|od|lähettäjä|от)\*? ?: .{1,200}[@<].*)$",
    re.IGNORECASE,
)
SENT_FROM = re.compile(
    r"(sent from|get outlook for|gesendet von|von meinem .{1,30} gesendet|envoyé de(puis)?|enviado (desde|do)|"
    r"inviato da|verzonden vanaf|skickat från|sendt fra)\b",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """Up to the first quotation, signature or note of the mail program."""
    return "\n".join(_own_lines(text)).strip()


def _own_lines(text: str) -> Iterator[str]:
    lines = text.splitlines()
    for number, line in enumerate(lines):
        stripped = line.strip()
        if line.startswith("-- ") or stripped == "--" or stripped.startswith(">"):
            return
        if len(stripped) <= MAX_LINE and _begins_a_quotation(stripped, lines[number + 1 : number + 2]):
            return
        yield stripped


def _begins_a_quotation(line: str, following: list[str]) -> bool:
    if DIVIDES.match(line) or SENT_FROM.match(line) or WROTE.search(line):
        return True
    rest = "".join(following).strip()[:MAX_LINE]
    broken = INTRODUCES.match(line) and any(sign.isdigit() for sign in line) and not INTRODUCES.match(rest)
    return bool(broken and WROTE.search(f"{line} {rest}"))
