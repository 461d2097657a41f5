"""The invented market: where prospects come from, what they want, and the rates that the reports are to find out.

Nothing here is known to the services; they see only what prospects say and do.
"""

from dataclasses import dataclass

from crm.campaigns.models import Path, SourceKind


@dataclass(frozen=True)
class Origin:
    """``weight``: share of the inquiries. ``quality`` multiplies the share of prospects who mean it, and of deals won.
    Campaigns are (name, cost for each month it runs)."""

    key: str
    name: str
    kind: str
    weight: float
    quality: float
    campaigns: tuple[tuple[str, int], ...] = ()


ORIGINS = (
    Origin("organic-search", "Organic search", SourceKind.SEARCH, 24, 1.1),
    Origin(
        "paid-search",
        "Paid search",
        SourceKind.SEARCH,
        20,
        0.9,
        (("Search: replace your system", 4_200), ("Search: price comparison", 3_100)),
    ),
    Origin("social", "Social media", SourceKind.SOCIAL, 17, 0.5, (("Social: short films", 2_600),)),
    Origin(
        "newsletter",
        "Newsletter",
        SourceKind.EMAIL,
        12,
        1.0,
        (("Newsletter, monthly", 600), ("Guide: ten questions", 900)),
    ),
    Origin("referral", "Referral", SourceKind.REFERRAL, 6, 2.6),
    Origin("fair", "Trade fair", SourceKind.EVENT, 8, 1.2, (("Trade fair, spring and autumn", 5_500),)),
    Origin("bought-list", "Bought list", SourceKind.BOUGHT_LIST, 13, 0.25, (("Bought list, industry", 1_400),)),
)


@dataclass(frozen=True)
class Mind:
    """A kind of prospect: what is true of them by question, as (value, weight), how likely each answer is on the form
    at once, in reply to a mail, and on a call."""

    truths: dict[str, tuple[tuple[str, float], ...]]
    on_form: dict[str, float]
    by_link: float
    on_call: float
    opts_out: float


READY = Mind(
    truths={
        "need": (("replace", 5), ("new", 3), ("expand", 2)),
        "desire": (("must", 5), ("important", 5)),
        "time_frame": (("month", 3), ("quarter", 5), ("half_year", 2)),
        "budget": (("to_5k", 1), ("to_25k", 5), ("to_100k", 3), ("over_100k", 1)),
        "authority": (("decide", 5), ("recommend", 4), ("use", 1)),
    },
    on_form={"need": 0.98, "desire": 0.9, "time_frame": 0.92, "budget": 0.85, "authority": 0.9},
    by_link=0.5,
    on_call=0.9,
    opts_out=0.005,
)
RIPENING = Mind(
    truths={
        "need": (("replace", 4), ("new", 4), ("expand", 2)),
        "desire": (("must", 1), ("important", 6), ("nice", 3)),
        "time_frame": (("quarter", 3), ("half_year", 5), ("later", 2)),
        "budget": (("none", 2), ("to_5k", 2), ("to_25k", 4), ("to_100k", 2)),
        "authority": (("decide", 3), ("recommend", 4), ("use", 3)),
    },
    on_form={"need": 0.9, "desire": 0.3, "time_frame": 0.15, "budget": 0.08, "authority": 0.3},
    by_link=0.4,
    on_call=0.55,
    opts_out=0.012,
)
LOOKING = Mind(
    truths={
        "need": (("looking", 7), ("new", 2), ("expand", 1)),
        "desire": (("nice", 8), ("important", 2)),
        "time_frame": (("none", 6), ("later", 3), ("half_year", 1)),
        "budget": (("none", 7), ("to_5k", 2), ("to_25k", 1)),
        "authority": (("use", 4), ("none", 3), ("recommend", 2), ("decide", 1)),
    },
    on_form={"need": 0.75, "desire": 0.35, "time_frame": 0.3, "budget": 0.15, "authority": 0.3},
    by_link=0.06,
    on_call=0.3,
    opts_out=0.03,
)
# Of the mails sent: to a wrong address, to a full mailbox, to somebody who is away, answered in own words, with a link
# that is followed. Of the companies: the percentage whose mails a program looks through first.
BOUNCES, IS_FULL, AWAY, REPLIES, CLICKS, GUARDED = 0.012, 0.01, 0.03, 0.022, 0.07, 8
# Of those who answer by a link: another question too, and a few words besides. Of those who opt out: by an answer.
MORE_ANSWERS, ADDS_A_WORD, SAYS_STOP = 0.3, 0.08, 0.2
# Shares before the origin's quality; the rest is LOOKING.
MEANS_IT = ((READY, 0.047), (RIPENING, 0.15))


@dataclass(frozen=True)
class Selling:
    """Of the leads that came by a path: the shares that go on after vetting and that are won in the end, and the days
    from conversion to the end."""

    goes_on: float
    won: float
    days: float


SELLING = {
    Path.SELF_QUALIFIED: Selling(0.85, 0.52, 60),
    Path.NURTURED: Selling(0.80, 0.42, 75),
    Path.RESEARCHED: Selling(0.62, 0.32, 90),
    Path.UNQUALIFIED: Selling(0.35, 0.26, 100),
}
RESEARCHED, PASSED_ON = 0.016, 0.035  # shares of all leads: found by a rep; given to sales although unqualified
# Inquiries of those who are only looking of which one look says that nothing will come of them: students, job seekers,
# wrong addresses. Before there was nurture hardly anybody took that look.
SORTED_OUT, SORTED_OUT_BEFORE = 0.8, 0.2
CALLED_IN, FROM_LIST, COMES_BACK = 0.07, 0.6, 0.05
LOST = ("Price", "Went with a competitor", "Project postponed", "No decision", "Built it themselves")
NEXT_STEPS = (
    "Send the proposal",
    "Call about open questions",
    "Demonstrate to the team",
    "Agree on terms",
    "Visit them",
)
