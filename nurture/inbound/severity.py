"""Is a bounce for good? Only what says that the address itself is wrong: a mail that was refused for its content, or by
a server with a grudge against ours, says nothing about the person."""

import re

# RFC 3463. The address: no such mailbox or system, bad syntax, moved without a new address, disabled, null MX.
HARD = re.compile(r"\b5\.(1\.(1|2|3|6|10)|2\.1|4\.4)\b")
VAGUE = re.compile(r"\b5\.[01]\.0\b")
ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
PERMANENT = re.compile(r"\b55[0134]\b")
NO_SUCH = re.compile(
    r"(user|recipient|mailbox|address|account|inbox)\W{0,3}(\S+ ){0,3}(unknown|does ?n[o']t exist|not found|rejected|"
    r"disabled|unavailable|inactive|invalid)|(no such|unknown|invalid|nonexistent|non-existent) (user|recipient|"
    r"mailbox|address|account)|doesn't have (a|an) .{0,30}account|isn't a valid",
    re.IGNORECASE,
)
FIRST = 1_000


def is_hard(said: str) -> bool:
    """By the enhanced status code; where there is none, by an answer that is permanent and says there is nobody."""
    said = said[:FIRST]
    if ENHANCED.search(said):
        return bool(HARD.search(said) or (VAGUE.search(said) and NO_SUCH.search(said)))
    return bool(PERMANENT.search(said) and NO_SUCH.search(said))
