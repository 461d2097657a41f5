"""What reps find out about some of the leads that they took over."""

from datetime import datetime, timedelta
from random import Random

from crm.contacts.buying_roles import BuyingRole
from crm.contacts.services.key_contacts import add_key_contact
from crm.people.emails import company_domain
from crm.people.models import Company, User
from leads.models import FindingKind, Lead
from leads.services.research import add_finding, identify_project

RESEARCHED = 0.12
FACTS = (
    ("Revenue", ("About 4 million a year", "About 12 million a year", "35 million last year, up 8 %")),
    (
        "Technologies",
        ("Spreadsheets, a system of 2011", "SAP, with much built around it", "Three tools, not joined"),
    ),
    ("Locations", ("One site", "Head office and two plants", "Eleven branches in two countries")),
)
PROJECTS = (
    ("Second production line", "Starts with planning; suppliers are chosen before the ground is broken."),
    ("Replace the old order system", "The maker ends support next year."),
    ("Open a branch", "They look for people and equipment for it now."),
)
PEOPLE = (("Robin Fischer", "Head of Operations"), ("Sam Okafor", "Finance Director"), ("Alex Moreau", "Head of IT"))


def research(lead: Lead, rep: User, now: datetime) -> None:
    """The same lead gives the same findings, and no other dice are thrown for them."""
    dice = Random(lead.pk)  # noqa: S311 - dice, not secrets
    if dice.random() > RESEARCHED or not lead.company or lead.findings.exists():
        return
    slug = lead.name.lower().replace(" ", "-")
    if slug.isascii():
        profile = {"label": "LinkedIn", "url": f"https://www.linkedin.com/in/{slug}"}
        add_finding(about=lead, kind=FindingKind.PROFILE, fields=profile, by=rep, now=now)
    for label, values in dice.sample(FACTS, dice.randint(1, 2)):
        fact = {"label": label, "value": dice.choice(values), "of_company": True}
        add_finding(about=lead, kind=FindingKind.FACT, fields=fact, by=rep, now=now)
    if dice.random() < 0.6:
        _project(lead, rep, dice, now)


def _project(lead: Lead, rep: User, dice: Random, now: datetime) -> None:
    name, description = dice.choice(PROJECTS)
    starts = now.date() + timedelta(days=dice.randint(30, 300))
    fields = {
        "name": name,
        "description": description,
        "phase": dice.choice(("planned", "scheduled", "under_way")),
        "starts_on": starts,
        "ends_on": starts + timedelta(days=dice.randint(90, 400)),
        "amount": dice.randint(4, 90) * 5_000,
        "currency": Company.current().currency,
    }
    project = identify_project(at=lead, fields=fields, by=rep, now=now)
    person, title = dice.choice(PEOPLE)
    domain = company_domain(lead.email) or "company.example"
    who = {
        "name": person,
        "job_title": title,
        "role": dice.choice((BuyingRole.DECISION_MAKER, BuyingRole.ECONOMIC_BUYER, BuyingRole.INFLUENCER)),
        "email": f"{person.split()[0].lower()}@{domain}",
    }
    add_key_contact(project=project, fields=who, by=rep, now=now)
