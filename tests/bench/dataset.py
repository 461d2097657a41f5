"""A company with as many leads as asked for: a million in a few minutes, most of that the database's own work.

Record n is made from ``n`` alone, so that a data set that grew is the one that was made at once. Of ten leads one was
converted, with account, contact and opportunity (every other one won), one waits for its conversion with a company
that nobody knows, eight are unqualified. Every lead has an inquiry; answers and decisions have the first 100,000.
"""

import json
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Max

from crm.accounts.models import Account
from crm.campaigns.models import Campaign, Path, Source
from crm.contacts.models import Contact
from crm.opportunities.models import Opportunity, OpportunityContact, Pipeline
from crm.people.models import Company, Role, Team, User
from leads.models import (
    Answer,
    Channel,
    Conversion,
    Decision,
    Inquiry,
    Lead,
    Policy,
    PolicyPurpose,
    PolicyStatus,
    Provenance,
    Question,
    RoutingMember,
    RoutingRule,
)
from leads.services.setup import QUESTIONS, install_defaults
from tests.bench.growing import APART, count_ids_apart, multiply, run

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
REPS, SOURCES, CAMPAIGNS = 20, 8, 20
WITH_ANSWERS = 100_000
AT = f"timestamptz '{NOW.isoformat()}'"
INQUIRED = f"{AT} - (n * 37 %% 700) * interval '1 day' - (n %% 28800) * interval '1 second'"
IS_CONVERTED, WAITS_FOR_CONVERSION, IS_WON = "n %% 10 = 0", "n %% 10 = 1", "n %% 20 = 0"
BEST_ANSWERS = {"need": 1, "desire": 1, "time_frame": 1, "budget": 4, "authority": 1}


@transaction.atomic
def begin() -> None:
    """People, questions, policies, routing: what a company has before its first lead."""
    # No mail without an address; in a country without holidays, for mails are sent on any day.
    Company(postal_address="1 Orchard Road", country="XX").save()
    install_defaults(now=NOW)
    Source.objects.bulk_create(Source(key=f"source-{n}", name=f"Source {n}") for n in range(SOURCES))
    Campaign.objects.bulk_create(Campaign(key=f"campaign-{n}", name=f"Campaign {n}") for n in range(CAMPAIGNS))
    team = Team.objects.create(name="Sales")
    people = [User(email=f"rep{n}@bench.example", first_name=f"Rep {n}", team=team) for n in range(REPS)]
    reps = User.objects.bulk_create(people)
    User.objects.create(email="manager@bench.example", role=Role.SALES_MANAGER)
    rule = RoutingRule.objects.create(name="Everybody in turn")
    RoutingMember.objects.bulk_create(
        RoutingMember(rule=rule, user=rep, position=place) for place, rep in enumerate(reps)
    )
    count_ids_apart()


def grow(size: int) -> None:
    """Up to ``size`` leads, from however many there are."""
    first = (Lead.objects.filter(pk__lt=APART).aggregate(last=Max("pk"))["last"] or 0) + 1
    if first > size:
        return
    with transaction.atomic():
        _leads(first, size)
        _customers(first, size)
        _answers(first, min(size, WITH_ANSWERS))
    run("VACUUM ANALYZE")  # as PostgreSQL does by itself, some time after


def _leads(first: int, last: int) -> None:
    new = WAITS_FOR_CONVERSION
    domain = f"(CASE WHEN {new} THEN 'new' || n ELSE 'company' || (n + 1) / 2 END || '.example')"
    name = f"(CASE WHEN {new} THEN 'New company ' || n ELSE 'Company ' || (n + 1) / 2 END)"
    with_sales = f"({IS_CONVERTED} OR {new})"
    multiply(
        Lead(first_name="Pat", given_code="PT", stage_changed_at=NOW, country="US"),
        first,
        last,
        last_name="'Prospect ' || n",
        family_code="upper(substr(md5(n::text), 1, 6))",
        company=name,
        company_key=f"lower({name})",
        search_text=f"'pat prospect ' || n || ' ' || lower({name})",
        email=f"'pat' || n || '@' || {domain}",
        email_key=f"'pat' || n || '@' || {domain}",
        phone="'+1212' || lpad((n %% 10000000)::text, 7, '0')",
        source=f"{_first(Source)} + n %% {SOURCES}",
        campaign=f"{_first(Campaign)} + n %% {CAMPAIGNS}",
        stage=f"CASE WHEN {IS_CONVERTED} THEN 'converted' WHEN {new} THEN 'sal' ELSE 'unqualified' END",
        path=f"CASE WHEN {with_sales} THEN ('{{{','.join(Path.values)}}}'::text[])[1 + n / 10 %% 4] ELSE '' END",
        reached_sales_at=f"CASE WHEN {with_sales} THEN {INQUIRED} + interval '9 days' END",
        owner=f"CASE WHEN {with_sales} THEN {_first(User)} + n / 10 %% {REPS} END",
        first_inquiry_at=INQUIRED,
        last_inquiry_at=INQUIRED,
        created_at=INQUIRED,
    )
    multiply(
        Inquiry(channel=Channel.FORM, payload={}),
        first,
        last,
        lead="n",
        received_at=INQUIRED,
        source=f"{_first(Source)} + n %% {SOURCES}",
        campaign=f"{_first(Campaign)} + n %% {CAMPAIGNS}",
    )


def _customers(first: int, last: int) -> None:
    """Accounts for every second lead; contact, opportunity and conversion of each converted lead, with its id."""
    multiply(
        Account(country="US", created_at=NOW),
        (first + 1) // 2,
        last // 2,
        name="'Company ' || n",
        name_key="'company ' || n",
        name_key_backwards="reverse('company ' || n)",
        search_text="'company ' || n || ' company' || n || '.example'",
        domain="'company' || n || '.example'",
    )
    pipeline = Pipeline.objects.get()
    stages = {stage.status: stage.pk for stage in pipeline.stages.order_by("-position")}
    address, account = "'pat' || n || '@company' || (n + 1) / 2 || '.example'", "(n + 1) / 2"
    person = Contact(first_name="Pat", created_at=NOW)
    multiply(
        person, first, last, where=IS_CONVERTED, account=account, last_name="'Prospect ' || n", email=address,
        email_key=address, phone="'+1212' || lpad((n %% 10000000)::text, 7, '0')",
    )  # fmt: skip
    multiply(
        Opportunity(pipeline=pipeline, currency="USD", close_date=NOW.date(), created_at=NOW),
        first,
        last,
        where=IS_CONVERTED,
        name="'Opportunity ' || n",
        account=account,
        stage=f"CASE WHEN {IS_WON} THEN {stages['won']} ELSE {stages['open']} END",
        status=f"CASE WHEN {IS_WON} THEN 'won' ELSE 'open' END",
        closed_at=f"CASE WHEN {IS_WON} THEN {INQUIRED} + interval '40 days' END",
        amount="1000 + n %% 50000",
        owner=f"{_first(User)} + n / 10 %% {REPS}",
    )
    multiply(OpportunityContact(), first, last, where=IS_CONVERTED, opportunity="n", contact="n")
    multiply(
        Conversion(matched_account=False, matched_contact=False, policy_met=True),
        first,
        last,
        where=IS_CONVERTED,
        lead="n",
        account=account,
        contact="n",
        opportunity="n",
        converted_at=f"{INQUIRED} + interval '20 days'",
    )


def _answers(first: int, last: int) -> None:
    """Whoever waits for a conversion gave the best answers; the others' are spread evenly."""
    questions = {question.key: question.pk for question in Question.objects.all()}
    for place, (key, _, _, choices) in enumerate(QUESTIONS):
        values = "{" + ",".join(value for value, *_ in choices) + "}"
        one = f"CASE WHEN {WAITS_FOR_CONVERSION} THEN {BEST_ANSWERS[key]} ELSE 1 + n / {3**place} %% {len(choices)} END"
        multiply(
            Answer(question_id=questions[key], provenance=Provenance.FORM),
            first,
            last,
            id=f"n::bigint * 10 + {place}",
            lead="n",
            inquiry="n",
            value=f"to_jsonb(('{values}'::text[])[{one}])",
            answered_at=INQUIRED,
        )
    policy = Policy.objects.get(purpose=PolicyPurpose.MARKETING, status=PolicyStatus.ACTIVE)
    facts = json.dumps({"field:country": {"value": "US"}, "field:phone": {"value": "+12125550100"}})
    multiply(
        Decision(policy=policy, qualified=False, score=40, results=[]),
        first,
        last,
        lead="n",
        decided_at=INQUIRED,
        facts=f"'{facts}'::jsonb",
    )


def _first(model: type) -> int:
    return model._default_manager.order_by("pk").values_list("pk", flat=True)[0]
