from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template

from crm.campaigns.models import Path
from crm.web.templatetags import ui
from crm.web.templatetags.filter_panel import filter_fields
from crm.web.times import distance
from tests.factories import LeadFactory, UserFactory

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("delta", "words"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=-59), "just now"),
        (timedelta(seconds=30), "in 1 min"),
        (timedelta(minutes=-61), "1 h ago"),
        (timedelta(hours=47), "in 1 d"),
        (timedelta(days=-400), "1 y ago"),
    ],
)
def test_distance_is_the_largest_whole_unit(delta, words):
    assert distance(NOW + delta, NOW) == words


@pytest.mark.parametrize(
    ("amount", "text"),
    [(Decimal("1234567"), "1,234,567 "), (Decimal("1234.50"), "1,234.50 "), (Decimal(0), "0 ")],
)
def test_money_shows_cents_only_where_there_are_any(amount, text):
    assert ui.money(amount, "EUR") == f'<span class="money">{text}<small>EUR</small></span>'


def test_deadline_says_late_after_the_time(time_machine):
    time_machine.move_to(NOW, tick=False)
    assert ">40 min late<" in ui.deadline(NOW - timedelta(minutes=40))
    assert ">2 h left<" in ui.deadline(NOW + timedelta(hours=2))


@pytest.mark.parametrize("path", Path.values)
def test_path_badge_has_a_word_and_an_icon_besides_its_color(path):
    badge = ui.path_badge(Path(path))
    assert f"path-{path}" in badge
    assert Path(path).label in badge
    assert ui.PATH_ICONS[path] in badge


def test_path_badge_is_empty_before_the_lead_reached_sales(db):
    assert ui.path_badge(LeadFactory.build()) == ""


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ada Lovelace", "AL"),
        ("ada@example.com", "A"),
        ("j.doe@example.com", "JD"),
        ("", "?"),
        ("  '' ", "?"),
        ("李 雷", "李雷"),
    ],
)
def test_avatar_shows_initials(name, initials):
    assert f">{initials}</span>" in ui.avatar(name)


def test_components_escape_what_people_typed():
    page = Template("{% load ui %}{% pageheader title=t %}{% endpageheader %}{% card title=t %}{{ t }}{% endcard %}")
    html = page.render(Context({"t": "<script>alert(1)</script>{{ 7 }}"}))
    assert "<script>" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 }}") == 3


@pytest.mark.parametrize(("trait", "rooms"), [({}, False), ({"marketing_manager": True}, True)])
@pytest.mark.parametrize("room", ["/admin/", "/outbox/"])
def test_menu_shows_a_rep_neither_admin_nor_outbox(client, db, trait, rooms, room):
    client.force_login(UserFactory(**trait))
    assert (f'<a href="{room}"' in client.get("/").content.decode()) == rooms


def test_menu_marks_the_current_room(client, db):
    client.force_login(UserFactory())
    assert b'<a href="/" aria-current="page">' in client.get("/").content


class ManyFilters(forms.Form):
    one, two, three, four, five, six, seven = (forms.CharField(required=False) for _ in range(7))


@pytest.mark.parametrize(
    ("names", "shown", "more"),
    [
        ("", ["one", "two", "three", "four", "five"], ["six", "seven"]),
        ("seven one gone", ["seven", "one"], ["two", "three", "four", "five", "six"]),
        ("one two three four five six", ["one", "two", "three", "four", "five", "six", "seven"], []),
    ],
)
def test_filter_panel_folds_the_rest_away(names, shown, more):
    found = filter_fields(ManyFilters(), names)
    assert ([field.name for field in found.shown], [field.name for field in found.more]) == (shown, more)


def test_filter_panel_counts_what_is_set_among_the_folded():
    assert filter_fields(ManyFilters({"one": "a", "six": "b"})).active == 1
