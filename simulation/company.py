"""The demo company: people, teams, territories, quotas, and all that a new company starts with."""

from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from django.contrib.auth.hashers import make_password
from django.db.models import Count, Q
from faker import Faker

from crm.campaigns.models import Campaign, Source
from crm.opportunities.models import Status
from crm.people.models import Company, Quota, Role, Team, User
from leads.models import EngagementKind, InquiryForm, Operator, Policy, PolicyPurpose, Reason, ReasonPurpose, Stage
from leads.services.policies import new_version
from leads.services.setup import install_defaults
from simulation import custom_fields, pipelines
from simulation.market import ORIGINS
from simulation.routing import TERRITORIES, set_up_routing

PASSWORD = "ripen-demo"  # noqa: S105 - of the demo company, printed for everybody
ZONE = "America/New_York"
DOMAIN = "demo.example"
QUARTERLY_QUOTA = 45_000
STAFF = (
    ("manager", "Maria", "Moreno", Role.SALES_MANAGER),
    ("marketing", "Martin", "Okafor", Role.MARKETING_MANAGER),
    ("admin", "Ada", "Lindqvist", Role.ADMINISTRATOR),
)
REP_LOG_IN = f"rep@{DOMAIN}"
LOG_INS = [(Role.REP.label, REP_LOG_IN), *((role.label, f"{name}@{DOMAIN}") for name, _, _, role in STAFF)]


@dataclass
class DemoCompany:
    reps: list[User]
    manager: User
    marketing: User
    form: InquiryForm
    sources: dict[str, Source]
    campaigns: dict[str, list[Campaign]]
    recycle: list[Reason]
    disqualify: dict[str, Reason]


def found_company(*, rng: Random, reps: int, start: datetime, until: datetime) -> DemoCompany:
    company = Company.current()
    company.name, company.time_zone, company.country, company.currency = "Ripen demo", ZONE, "US", "USD"
    company.postal_address = "Ripen demo, 12 Orchard Street, Springfield, IL 62701, USA"
    company.save()
    form = install_defaults(now=start)
    _draft_next_policy()
    pipelines.set_up()
    custom_fields.set_up()
    people = _hire(rng, reps, start)
    set_up_routing(people, start=start.date(), until=until.date())
    _set_quotas(people, start.date(), until.date())
    return DemoCompany(
        reps=people,
        manager=User.objects.get(role=Role.SALES_MANAGER),
        marketing=User.objects.get(role=Role.MARKETING_MANAGER),
        form=form,
        sources=(sources := _sources()),
        campaigns=_campaigns(sources, start.date(), until.date()),
        recycle=list(Reason.objects.filter(purpose=ReasonPurpose.RECYCLE)),
        disqualify={reason.name: reason for reason in Reason.objects.filter(purpose=ReasonPurpose.DISQUALIFY)},
    )


def _draft_next_policy() -> None:
    """What marketing thinks about: time frames lose their worth, and whoever reads the prices is interested."""
    draft = new_version(policy=Policy.objects.get(purpose=PolicyPurpose.MARKETING), by=None)
    Policy.objects.filter(pk=draft.pk).update(name="Marketing-qualified, with interest", threshold=80)
    draft.criteria.filter(question__key="time_frame").update(half_life_days=60, within_days=180)
    visits = {"engagement": EngagementKind.VISIT, "page": "pricing", "operator": Operator.AT_LEAST, "value": 2}
    draft.criteria.create(label="Read the prices", points=20, within_days=30, position=9, **visits)


def _hire(rng: Random, count: int, start: datetime) -> list[User]:
    password = make_password(PASSWORD)  # once: it is slow on purpose
    common = {"password": password, "time_zone": ZONE, "date_joined": start}
    for name, first, last, role in STAFF:
        User.objects.create(email=f"{name}@{DOMAIN}", first_name=first, last_name=last, role=role, **common)
    teams = [Team.objects.create(name=f"Team {region}") for region, _ in TERRITORIES]
    faker = Faker("en_US")
    faker.seed_instance(rng.getrandbits(32))
    reps = []
    for n in range(count):
        first, last = faker.unique.first_name(), faker.last_name()
        email = f"{first}.{last}@{DOMAIN}"
        rep = User.objects.create(email=email, first_name=first, last_name=last, team=teams[n % len(teams)], **common)
        reps.append(rep)
    return reps


def give_log_in_to_the_busiest(reps: list[User]) -> None:
    """The demo log-in is the rep's with the most to do today, so that whoever looks around finds work."""
    to_accept = Count("leads", Q(leads__stage=Stage.MQL), distinct=True)
    open_deals = Count("opportunities", Q(opportunities__status=Status.OPEN), distinct=True)
    work = User.objects.filter(pk__in=[rep.pk for rep in reps]).annotate(work=10 * to_accept + open_deals)
    busiest = work.order_by("-work", "pk")[0]
    busiest.email = REP_LOG_IN
    busiest.save(update_fields=["email"])


def _set_quotas(reps: list[User], start: date, until: date) -> None:
    quarter = date(start.year, (start.month - 1) // 3 * 3 + 1, 1)
    while quarter <= until:
        after = date(quarter.year + (quarter.month == 10), (quarter.month + 2) % 12 + 1, 1)
        Quota.objects.bulk_create(
            Quota(user=rep, starts_on=quarter, ends_on=after, amount=QUARTERLY_QUOTA, currency="USD") for rep in reps
        )
        quarter = after


def _sources() -> dict[str, Source]:
    return {origin.key: Source.objects.create(key=origin.key, name=origin.name, kind=origin.kind) for origin in ORIGINS}


def _campaigns(sources: dict[str, Source], start: date, until: date) -> dict[str, list[Campaign]]:
    months = max(1, round((until - start).days / 30))
    return {
        origin.key: [
            Campaign.objects.create(
                key=f"{origin.key}-{number}",
                name=name,
                source=sources[origin.key],
                starts_on=start,
                cost=monthly * months,
                currency="USD",
            )
            for number, (name, monthly) in enumerate(origin.campaigns, 1)
        ]
        for origin in ORIGINS
    }
