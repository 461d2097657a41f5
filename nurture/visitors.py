"""Who follows a link: programs look at mails before people get them, and many say so."""

from collections.abc import Mapping
from functools import cache

from crawlerdetect import CrawlerDetect

from nurture.models import MachineSign
from nurture.models.clicks import MAX_AGENT

# Headers by which browsers and mail programs say that nobody has pressed anything yet.
PURPOSES = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
# Programs that guard mailboxes, besides the crawlers that are known to all.
GUARDS = (
    "proofpoint",
    "mimecast",
    "safelinks",
    "microsoft office",
    "ms-office",
    "msoffice",
    "googleimageproxy",
    "virus",
)


def sign_of(method: str, headers: Mapping[str, str]) -> str:
    """The ``MachineSign`` that the request itself shows, or "" where it may be a person's."""
    if method == "HEAD":
        return MachineSign.HEAD
    if any(_in_advance(headers.get(name, "")) for name in PURPOSES):
        return MachineSign.PREFETCH
    return MachineSign.AGENT if _is_program(agent_of(headers)) else ""


def agent_of(headers: Mapping[str, str]) -> str:
    return headers.get("User-Agent", "")[:MAX_AGENT].replace("\0", "")


def _in_advance(purpose: str) -> bool:
    return "prefetch" in purpose.lower() or purpose.lower() == "preview"


def _is_program(agent: str) -> bool:
    """A browser always says what it is."""
    return not agent.strip() or any(guard in agent.lower() for guard in GUARDS) or _known().is_crawler(agent)


@cache
def _known() -> CrawlerDetect:
    return CrawlerDetect()
