"""Words and columns that several reports share, so that the same word counts the same everywhere."""

from typing import Any

from leads.populations import Basis
from reports.grouping import IN_TIME, Group
from reports.results import Column, Kind, Scope
from reports.statistics import MINIMUM_SAMPLE, Rate

LEAD = "Each person once, however often they inquired. Merged duplicates count as the one that is left."
WON_LEAD = (
    "The lead was converted, and the opportunity of that conversion is won today. Another opportunity of the same "
    "account does not count; two leads converted into one won opportunity are two won leads."
)
PATH = (
    "How the lead first reached sales. It is frozen at that moment, whatever happens later. “Not yet with sales”: no "
    "path so far."
)
PERIOD = (
    "By default of the lead's first inquiry, in the company's time zone; weeks begin on Monday. Both ends of a period "
    "belong to it. Leads without an inquiry are in no period. By close: only leads whose opportunity is won "
    "or lost, in "
    "the period in which it closed."
)
INTERVAL = (
    "Where the true rate plausibly is, given this many leads: 95 % by Wilson's method. “few”: under "
    f"{MINIMUM_SAMPLE} leads, not compared."
)
OBSERVED = (
    "Observed, not proven: leads are not put into these groups at random, so a difference does not say what caused it."
)
YOUNG = "Leads that are still open count as not won, and young ones may yet close."

LEADS = Column("leads", "Leads", means=LEAD, narrows={})
WON = Column("won", "Won", means=WON_LEAD, narrows={"won": "yes"})
RATE = Column(
    "rate", "Close rate", Kind.SHARE, "Won leads of all leads in the row, open and disqualified ones included."
)
WILSON = Column("low", "95 % interval", Kind.SHARE, INTERVAL, high="high")
DEFINITIONS = {"Lead": LEAD, "Path": PATH, "Period, week, month": PERIOD}


def rate_cells(rate: Rate) -> dict[str, Any]:
    return {"leads": rate.leads, "won": rate.won, "rate": rate.rate, "low": rate.low, "high": rate.high}


def is_ripe(group: Group, horizon: float | None, scope: Scope) -> bool:
    """A week or month all of whose leads are at least ``horizon`` days old."""
    if horizon is None or scope.by not in IN_TIME or scope.filters.by_close or group.day is None:
        return True
    from reports.links import last_day

    today = scope.now.astimezone(scope.filters.zone).date()
    return (today - last_day(group.by, group.day)).days >= horizon


def period_is_by_close(scope: Scope) -> bool:
    return scope.filters.setting("basis") == Basis.CLOSE
