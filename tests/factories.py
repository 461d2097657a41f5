"""Records for tests. Leads that have a history are made by the services, not here."""

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from crm.accounts.models import Account
from crm.campaigns.models import Campaign, Source
from crm.contacts.models import Contact
from crm.fields.kinds import FieldKind
from crm.fields.models import CustomField, FieldChoice, RecordKind
from crm.people.models import Role, Team, User
from leads.models import Lead, RoutingMember, RoutingRule

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)  # a Tuesday morning


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    class Params:
        sales_manager = factory.Trait(role=Role.SALES_MANAGER)
        marketing_manager = factory.Trait(role=Role.MARKETING_MANAGER)
        administrator = factory.Trait(role=Role.ADMINISTRATOR)

    email = factory.Sequence(lambda n: f"user{n}@ripen.example")
    first_name = factory.Sequence(lambda n: f"Rep {n}")
    last_name = "Example"
    role = Role.REP
    password = "!"  # cannot log in with a password; tests use force_login


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = Source

    key = factory.Sequence(lambda n: f"source-{n}")
    name = factory.SelfAttribute("key")


class CampaignFactory(DjangoModelFactory):
    class Meta:
        model = Campaign

    key = factory.Sequence(lambda n: f"campaign-{n}")
    name = factory.SelfAttribute("key")


class LeadFactory(DjangoModelFactory):
    class Meta:
        model = Lead

    first_name = "Pat"
    last_name = factory.Sequence(lambda n: f"Prospect {n}")
    company = factory.Sequence(lambda n: f"Company {n}")
    email = factory.Sequence(lambda n: f"pat{n}@company{n}.example")
    stage_changed_at = NOW
    first_inquiry_at = NOW
    last_inquiry_at = NOW
    created_at = NOW


class AccountFactory(DjangoModelFactory):
    class Meta:
        model = Account

    name = factory.Sequence(lambda n: f"Account {n}")


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    account = factory.SubFactory(AccountFactory)
    first_name = "Kim"
    last_name = factory.Sequence(lambda n: f"Contact {n}")
    email = factory.Sequence(lambda n: f"kim{n}@account{n}.example")


class CustomFieldFactory(DjangoModelFactory):
    """``choices=["a", "b"]`` makes them, for the kinds that have some."""

    class Meta:
        model = CustomField
        skip_postgeneration_save = True

    record_kind = RecordKind.LEAD
    key = factory.Sequence(lambda n: f"field_{n}")
    label = factory.Sequence(lambda n: f"Field {n}")
    kind = FieldKind.TEXT

    @factory.post_generation
    def choices(self, create, values, **kwargs):
        for position, value in enumerate(values or []):
            FieldChoice.objects.create(field=self, value=value, label=value.title(), position=position)


class RoutingRuleFactory(DjangoModelFactory):
    """``members=[users]`` fills the pool, in order."""

    class Meta:
        model = RoutingRule
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Rule {n}")

    @factory.post_generation
    def members(self, create, users, **kwargs):
        for position, user in enumerate(users or []):
            RoutingMember.objects.create(rule=self, user=user, position=position)
