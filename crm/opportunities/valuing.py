"""What an opportunity is worth in the company's currency. Amounts of two currencies are never added as they are."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.db.models import Case, DecimalField, Expression, F, QuerySet, Value, When
from django.db.models.functions import Round

from crm.opportunities.models import Opportunity, Status
from crm.people.exchange import CENT, ExchangeRate
from crm.people.models import Company
from crm.web.holding import held

MONEY: "DecimalField[Any, Any]" = DecimalField(max_digits=18, decimal_places=2)
NOT_CONVERTED: dict[str, Any] = {"company_amount": None, "company_currency": "", "rate": None, "rate_on": None}


def worth(amount: Decimal | None, currency: str, *, closed_on: date | None = None) -> dict[str, Any]:
    """The fields that go with an amount in a foreign currency: at the rate of the day it closed, at the newest while it
    is open. Empty ones where it is the company's own currency, or nobody has entered a rate."""
    into = Company.current().currency
    rate = None if amount is None or currency == into else _rate(currency, into, closed_on)
    if amount is None or rate is None:
        return NOT_CONVERTED
    return {
        "company_amount": (amount * rate.rate).quantize(CENT, ROUND_HALF_UP),
        "company_currency": into,
        "rate": rate.rate,
        "rate_on": rate.on,
    }


def revalued(opportunity: Opportunity, fields: dict[str, Any]) -> dict[str, Any]:
    """What its worth becomes when ``fields`` are written; nothing where they do not touch it."""
    if fields.keys().isdisjoint(("amount", "currency", "status")):
        return {}
    status = fields.get("status", opportunity.status)
    closed_on = None if status == Status.OPEN else fields.get("close_date", opportunity.close_date)
    amount, currency = fields.get("amount", opportunity.amount), fields.get("currency", opportunity.currency)
    return worth(amount, currency, closed_on=closed_on)


@held
def _rate(currency: str, into: str, on: date | None) -> ExchangeRate | None:
    return ExchangeRate.objects.in_force(currency=currency, into=into, on=on or date.max).first()


def amount_in(currency: str) -> Expression:
    """An opportunity's amount in this currency, for queries; NULL where it has none or cannot be converted."""
    return Case(
        When(currency=currency, then=F("amount")),
        When(company_currency=currency, then=F("company_amount")),
        default=Value(None),
        output_field=MONEY,
    )


@transaction.atomic
def set_exchange_rate(*, currency: str, on: date, rate: Decimal) -> ExchangeRate:
    """Kept for that day, and the opportunities it is for are worth it at once (``value_again``)."""
    into = Company.current().currency
    kept, _ = ExchangeRate.objects.update_or_create(currency=currency, into=into, on=on, defaults={"rate": rate})
    value_again(currency=currency)
    return kept


@transaction.atomic
def value_again(*, currency: str) -> None:
    """Open opportunities take the newest rate. Closed ones keep the rate of the day they closed; those that had none
    get it. No change by a person: versions stay."""
    into = Company.current().currency
    foreign = Opportunity.objects.filter(currency=currency, amount__isnull=False)
    rates = list(ExchangeRate.objects.filter(currency=currency, into=into).order_by("on"))
    for newest in rates[-1:]:
        _write(foreign.filter(status=Status.OPEN), newest)
    unvalued = foreign.exclude(status=Status.OPEN).exclude(company_currency=into)
    for rate in reversed(rates):
        _write(unvalued.filter(close_date__gte=rate.on), rate)


def _write(opportunities: QuerySet[Opportunity], rate: ExchangeRate) -> None:
    opportunities.update(
        company_amount=Round(F("amount") * Value(rate.rate), precision=2, output_field=MONEY),
        company_currency=rate.into,
        rate=rate.rate,
        rate_on=rate.on,
    )
