"""The columns of a sequence's figures, each with what it counts."""

from collections.abc import Iterable
from typing import NamedTuple

from nurture.models import StepKind
from nurture.statistics.steps import Figures


class Column(NamedTuple):
    name: str
    label: str
    counts: str


PLANNED = Column("planned", "Planned", "All that were ever planned, whatever became of them.")
SKIPPED = Column("skipped", "Skipped", "No address or number, opted out, suppressed, or a topic that they left.")
QUALIFIED = Column(
    "qualified",
    "Qualified after",
    "Leads that qualified and had had nothing else from us since.",
)
MAIL = (
    PLANNED,
    Column("sent", "Sent", "Handed over to the mail server, which took them."),
    Column(
        "delivered",
        "Delivered",
        "Sent, and no bounce was reported. After a bounce for now: the provider said that it arrived after all.",
    ),
    Column("bounced", "Bounced", "Came back for good, or the mail server knew nobody of that address."),
    Column(
        "bounced_for_now",
        "Bounced for now",
        "Came back because of a full mailbox or the like, and did not arrive later.",
    ),
    Column("clicks", "Clicks", "Mails of which a person followed a link, each once. Programs are not counted."),
    Column("answers", "Answers", "Mails whose question the lead answered afterwards by a link."),
    Column("replies", "Replies", "Mails that somebody answered in own words. Automatic answers are not counted."),
    QUALIFIED,
    Column("opted_out", "Opted out", "Leads that opted out or complained and had had nothing else from us since."),
    SKIPPED,
    Column("trouble", "Failed or unknown", "Refused by the mail server, or nobody knows whether it went out."),
)
CALL = (
    PLANNED,
    Column("sent", "Made", "Calls that came to an end, reached or not."),
    Column("reached", "Reached", "Somebody spoke."),
    Column("not_interested", "Not interested", "Said so."),
    QUALIFIED,
    Column("opted_out", "Opted out of mails", "Leads that opted out and had had nothing else from us since."),
    SKIPPED,
    Column("trouble", "Wrong number", "Nobody can be reached by it."),
)
OF_KIND = {StepKind.EMAIL: ("E-mails", "E-mail", MAIL), StepKind.CALL: ("Calls", "Call", CALL)}


class Row(NamedTuple):
    figures: Figures
    cells: list[tuple[Column, int]]


class Table(NamedTuple):
    title: str
    first: str
    columns: tuple[Column, ...]
    rows: list[Row]


def tables_of(found: Iterable[Figures]) -> list[Table]:
    """One for e-mails and one for calls, where there are steps of the kind."""
    figures = list(found)
    tables = [
        Table(title, first, columns, [_row(one, columns) for one in figures if one.step.kind == kind])
        for kind, (title, first, columns) in OF_KIND.items()
    ]
    return [table for table in tables if table.rows]


def _row(one: Figures, columns: tuple[Column, ...]) -> Row:
    return Row(one, [(column, one.count(column.name)) for column in columns])
