"""The rooms of the menu, by role. A room whose page is not installed is left out."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Room:
    label: str
    url_name: str
    icon: str
    shortcut: str = ""
    staff_only: bool = False
    managers_only: bool = False
    # Further URL namespaces whose pages belong to this room.
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    label: str
    href: str
    icon: str
    current: bool
    shortcut: str


ROOMS: tuple[tuple[Room, ...], ...] = (
    (
        Room("Today", "web:today", "sun-high", "g t"),
        Room("Leads", "leads:list", "users", "g l"),
        Room("Calls", "nurture:calls", "phone", "g c"),
        Room("Opportunities", "opportunities:list", "target-arrow", "g o"),
    ),
    (
        Room("Accounts", "accounts:list", "building"),
        Room("Contacts", "contacts:list", "address-book"),
    ),
    (
        Room("Reports", "reports:home", "chart-histogram"),
        Room("Outbox", "outbox:list", "mail", managers_only=True),
        Room("Admin", "admin:index", "settings", staff_only=True),
    ),
)


def navigation(request: HttpRequest) -> list[list[Link]]:
    """Groups of links, the current page's marked."""
    groups = ([_link(room, request) for room in group if _open_to(room, request.user)] for group in ROOMS)
    return [found for group in groups if (found := [link for link in group if link])]


def _open_to(room: Room, user: Any) -> bool:
    is_staff, is_manager = getattr(user, "is_staff", False), getattr(user, "is_manager", False)
    return (is_staff or not room.staff_only) and (is_manager or not room.managers_only)


def _link(room: Room, request: HttpRequest) -> Link | None:
    try:
        href = reverse(room.url_name)
    except NoReverseMatch:
        return None
    match = request.resolver_match
    if room.url_name == "web:today":
        current = bool(match and match.view_name == room.url_name)
    else:
        current = bool(match and match.namespace in {room.url_name.partition(":")[0], *room.also})
    return Link(room.label, href, room.icon, current, room.shortcut)
