"""What rules look at of a lead. Each thing is read when the first rule asks for it, and once."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any

from crm.accounts.models import Account
from crm.people.emails import company_domain
from crm.people.models import Company, User
from crm.people.territories import Found, Place, territory_of
from crm.people.territory_lookup import definitions
from leads.models import Answer, Inquiry, Lead, RoutingCondition, RoutingField


class Subject:
    """A lead, or one that somebody typed to try the rules (not saved). ``answers`` by the key of their question."""

    def __init__(
        self, lead: Lead, *, now: datetime, answers: Mapping[str, Any] | None = None, form: str | None = None
    ) -> None:
        self.lead = lead
        self.now = now
        self._answers = answers
        self._form = form

    def value(self, condition: RoutingCondition) -> Any:
        """What the condition looks at; "", None or [] where it is unknown."""
        if condition.question is not None:
            return self.answers.get(condition.question.key)
        return READERS[RoutingField(condition.field)](self)

    @cached_property
    def answers(self) -> Mapping[str, Any]:
        if self._answers is not None or self.lead.pk is None:
            return self._answers or {}
        rows = Answer.objects.filter(lead=self.lead).order_by("answered_at", "pk")
        return dict(rows.values_list("question__key", "value"))

    @cached_property
    def form(self) -> str:
        if self._form is not None or self.lead.pk is None:
            return self._form or ""
        newest = Inquiry.objects.filter(lead=self.lead, form__isnull=False).order_by("-received_at", "-pk")
        return newest.values_list("form__slug", flat=True).first() or ""

    @cached_property
    def today(self) -> date:
        """Where the company is: territories change hands at its midnight."""
        return self.now.astimezone(Company.current().zone).date()

    @cached_property
    def found(self) -> Found:
        return territory_of(definitions(), place_of(self.lead))

    @property
    def territory(self) -> str:
        return self.found.territory.name if self.found.territory else ""

    @property
    def domain(self) -> str:
        return company_domain(self.lead.email)

    @cached_property
    def account_owner(self) -> User | None:
        """Of the account with exactly this domain."""
        owned = Account.objects.filter(domain=self.domain, owner__isnull=False).exclude(domain="")
        account = owned.select_related("owner__team").first() if self.domain else None
        return account.owner if account else None


def place_of(lead: Lead) -> Place:
    return Place(lead.country, lead.region, lead.postcode, lead.industry, lead.employees)


READERS: dict[RoutingField, Callable[[Subject], Any]] = {
    RoutingField.SOURCE: lambda subject: subject.lead.source.key if subject.lead.source else "",
    RoutingField.CAMPAIGN: lambda subject: subject.lead.campaign.key if subject.lead.campaign else "",
    RoutingField.FORM: lambda subject: subject.form,
    RoutingField.TERRITORY: lambda subject: subject.territory,
    RoutingField.DOMAIN: lambda subject: subject.domain,
    RoutingField.PATH: lambda subject: subject.lead.path,
    RoutingField.SCORE: lambda subject: subject.lead.score,
    RoutingField.COUNTRY: lambda subject: subject.lead.country,
    RoutingField.REGION: lambda subject: subject.lead.region,
    RoutingField.POSTCODE: lambda subject: subject.lead.postcode,
    RoutingField.CITY: lambda subject: subject.lead.city,
    RoutingField.INDUSTRY: lambda subject: subject.lead.industry,
    RoutingField.EMPLOYEES: lambda subject: subject.lead.employees,
    RoutingField.COMPANY: lambda subject: subject.lead.company,
    RoutingField.JOB_TITLE: lambda subject: subject.lead.job_title,
}
