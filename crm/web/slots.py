"""Places where a higher app adds something to a page that a lower app owns.

Layers only point down (docs/adr/0003), yet the lead page (``leads``) shows touches (``nurture``), and Today shows
what every app has to say. The lower app owns a slot and renders whatever was registered; the higher app registers a
provider in ``AppConfig.ready``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


class Slot:
    """Providers in order of registration; each gets the same arguments and yields items."""

    def __init__(self) -> None:
        self._providers: list[Callable[..., Iterable[Any]]] = []

    def register(self, provider: Callable[..., Iterable[Any]]) -> Callable[..., Iterable[Any]]:
        if provider not in self._providers:
            self._providers.append(provider)
        return provider

    def collect(self, *args: Any, **kwargs: Any) -> list[Any]:
        return [item for provider in self._providers for item in provider(*args, **kwargs)]


@dataclass(frozen=True)
class TimelineEntry:
    """One line of a record's timeline; ``template`` draws it with ``entry`` in its context."""

    at: datetime
    kind: str
    title: str
    icon: str = "point"
    by: str = ""
    body: str = ""
    template: str = "components/timeline_entry.html"
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """One block of Today or one panel beside a record: a template and its context, sorted by ``order``."""

    order: int
    template: str
    context: dict[str, Any] = field(default_factory=dict)


# provider(lead, *, user) -> Iterable[Section]: panels on the right of the lead page
lead_panels = Slot()
# provider(user, *, now) -> Iterable[Section]
today_sections = Slot()


@dataclass(frozen=True)
class SearchHit:
    """One record found by the search field."""

    kind: str
    title: str
    url: str
    subtitle: str = ""
    icon: str = "point"


# provider(text, *, user) -> Iterable[SearchHit]: a few of each kind, only what the user may see
search_providers = Slot()


# The same for any record with a page (lead, account, contact, opportunity).
# provider(record, *, user) -> Iterable[Section]: what can be written at the top of its timeline
record_writers = Slot()
# provider(record, *, user) -> Iterable[Section]: below the facts of any of them
record_facts = Slot()
# provider(record, *, user) -> Iterable[Section]: accounts, contacts and opportunities
record_panels = Slot()


@dataclass(frozen=True)
class Use:
    """One place where a definition is used: of what kind, which, and its page."""

    kind: str
    title: str
    url: str
    note: str = ""


# provider(question) -> Iterable[Use]
question_uses = Slot()
