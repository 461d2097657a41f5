"""Leads as reports count them, put straight into the database: what brought them there is tested elsewhere."""

from datetime import datetime
from typing import Any

from crm.opportunities.models import Opportunity, Pipeline, PipelineStage, Status
from leads.models import Conversion, Lead, Stage
from tests.factories import NOW, AccountFactory, ContactFactory, LeadFactory


def make_lead(path: str = "", *, outcome: str = "", inquired: datetime | None = NOW, **fields: Any) -> Lead:
    """``outcome``: "" not converted, else the status of the opportunity that the lead was converted into."""
    stage = Stage.CONVERTED if outcome else Stage.MQL if path else Stage.UNQUALIFIED
    lead = LeadFactory(
        path=path,
        reached_sales_at=NOW if path else None,
        first_inquiry_at=inquired,
        last_inquiry_at=inquired,
        **{"stage": stage, **fields},
    )
    if outcome:
        convert(lead, make_opportunity(status=outcome))
    return lead


def make_leads(count: int, path: str = "", *, won: int = 0, **fields: Any) -> list[Lead]:
    return [make_lead(path, outcome=Status.WON if number < won else "", **fields) for number in range(count)]


def make_opportunity(status: str = Status.OPEN, **fields: Any) -> Opportunity:
    pipeline, _ = Pipeline.objects.get_or_create(name="Default", defaults={"is_default": True})
    stage, _ = PipelineStage.objects.get_or_create(
        pipeline=pipeline, status=status, defaults={"name": status, "position": list(Status).index(status)}
    )
    closed = {} if status == Status.OPEN else {"closed_at": NOW}
    reason = {"close_reason": "Price"} if status == Status.LOST else {}
    defaults = {"name": "Deal", "close_date": NOW.date(), "pipeline": pipeline, "stage": stage, "status": status}
    account = fields.pop("account", None) or AccountFactory()
    return Opportunity.objects.create(account=account, **{**defaults, **closed, **reason, **fields})


def convert(lead: Lead, opportunity: Opportunity | None) -> Conversion:
    account = opportunity.account if opportunity else AccountFactory()
    return Conversion.objects.create(
        lead=lead,
        account=account,
        contact=ContactFactory(account=account),
        opportunity=opportunity,
        matched_account=opportunity is None,
        matched_contact=opportunity is None,
        skip_reason="" if opportunity else "Buys already",
        policy_met=True,
        converted_at=NOW,
    )
