"""How the demo company routes: office hours, territories with their owners, and three rules."""

from datetime import date, time, timedelta

from crm.people.models import Absence, Company, FreeDay, Territory, TerritoryOwner, User, WorkingHours
from leads.models import RoutingMember, RoutingRule, Target

# name, then what belongs to it: countries and states
TERRITORIES = (
    ("North", (("US", "IL, MI, OH, WI, MO, MN"),)),
    ("South", (("US", "GA, TX, FL, TN"),)),
    ("East", (("US", "MA, NY, PA, MD"), ("GB, DE", ""))),
    ("West", (("US", "WA, OR, CA, CO, AZ"),)),
)
OPENS, CLOSES = time(9), time(17, 30)


def set_up_routing(reps: list[User], *, start: date, until: date) -> None:
    WorkingHours.objects.create(company=Company.current(), opens=OPENS, closes=CLOSES)
    FreeDay.objects.create(day=date(until.year, 12, 24), name="Christmas Eve")
    for position, (name, matches) in enumerate(TERRITORIES):
        territory = Territory.objects.create(name=name, position=position)
        for countries, regions in matches:
            territory.matches.create(countries=countries, regions=regions)
        TerritoryOwner.objects.bulk_create(
            TerritoryOwner(territory=territory, user=rep, since=start) for rep in reps[position :: len(TERRITORIES)]
        )
    _rules(reps)
    vacation = {"first_day": until - timedelta(days=2), "last_day": until + timedelta(days=9), "note": "Vacation"}
    Absence.objects.create(user=reps[-1], **vacation)


def _rules(reps: list[User]) -> None:
    RoutingRule.objects.create(
        name="Customers to whoever knows them", position=0, target=Target.ACCOUNT_OWNER, accept_within_minutes=480
    )
    RoutingRule.objects.create(
        name="By territory",
        position=1,
        target=Target.LEAD_TERRITORY,
        accept_within_minutes=240,
        reassign_after_minutes=120,
    )
    rule = RoutingRule.objects.create(name="Everybody in turn", position=2, accept_within_minutes=480)
    RoutingMember.objects.bulk_create(RoutingMember(rule=rule, user=r, position=p) for p, r in enumerate(reps))
