"""What the figures of a back-test say, in words. Nothing here says that one thing caused another."""

from collections.abc import Iterator

from reports.back_tests.figures import Estimate, Figures
from reports.statistics import MINIMUM_SAMPLE
from reports.wording import percent, with_interval


def sentences(figures: Figures) -> Iterator[str]:
    leads, draft, other = figures.tally.count(), figures.draft, figures.other
    if not leads:
        return
    yield _who(figures)
    yield (
        f"Of those that the draft qualifies {with_interval(draft.precision)} were won, "
        f"of all leads {with_interval(figures.all_leads)}. "
        f"Of the leads that were won, the draft qualifies {with_interval(draft.recall)}."
    )
    if other is None:
        yield "No other policy is active, so there is nothing to compare the draft with."
    elif not figures.enough:
        yield f"Too few to compare the policies: each must qualify {MINIMUM_SAMPLE} leads, and as many must be won."
    else:
        yield _verdict(figures)


def _who(figures: Figures) -> str:
    tally, draft, other = figures.tally, figures.draft, figures.other
    told = f"Of {tally.count():,} leads the draft qualifies {draft.qualified:,}"
    if other is None:
        return f"{told}."
    gained, lost = tally.count(draft=True, other=False), tally.count(draft=False, other=True)
    gained_won, lost_won = (
        tally.count(draft=True, other=False, won=True),
        tally.count(draft=False, other=True, won=True),
    )
    return (
        f"{told}, the active policy {other.qualified:,}. {gained:,} would qualify that did not, {gained_won:,} of them "
        f"won; {lost:,} would no longer qualify, {lost_won:,} of them won."
    )


def _verdict(figures: Figures) -> str:
    precision, recall = figures.precision_difference, figures.recall_difference
    if precision is None or recall is None:
        return "The active policy qualified no lead that was won."
    purer, fuller = _side(precision), _side(recall)
    told = {
        (1, 1): "The draft is better at both: those it qualifies are won more often, and it misses fewer that are won.",
        (1, 0): "Those that the draft qualifies are won more often, and it misses about as many that are won.",
        (0, 1): "The draft misses fewer that are won, and those it qualifies are won about as often.",
        (1, -1): "A trade: those that the draft qualifies are won more often, but it misses more that are won.",
        (-1, 1): "A trade: the draft misses fewer that are won, but those it qualifies are won less often.",
        (0, 0): "Too close to call: neither difference is larger than chance could make it.",
        (0, -1): "The draft misses more that are won, and those it qualifies are won no more often for it.",
        (-1, 0): "Those that the draft qualifies are won less often, and it misses no fewer that are won for it.",
        (-1, -1): "The draft is worse at both: those it qualifies are won less often, and it misses more that are won.",
    }[purer, fuller]
    return f"{told} Precision {points(precision)}, recall {points(recall)} against the active policy."


def _side(found: Estimate) -> int:
    if found.low > 0:
        return 1
    return -1 if found.high is not None and found.high < 0 else 0


def points(found: Estimate) -> str:
    high = "…" if found.high is None else percent(found.high, "+")
    return f"{percent(found.value, '+')} points ({percent(found.low, '+')} to {high})"


def times(found: Estimate) -> str:
    high = "…" if found.high is None else f"{found.high:.2f}"
    return f"{found.value:.2f} times ({found.low:.2f} to {high})"
