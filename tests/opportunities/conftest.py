from datetime import timedelta
from typing import Any

import pytest

from crm.opportunities.services import open_opportunity
from crm.people.models import User
from tests.factories import NOW, ContactFactory, UserFactory


@pytest.fixture
def rep(db):
    return UserFactory()


@pytest.fixture
def as_rep(client, rep):
    client.force_login(rep)
    return client


@pytest.fixture
def open_deal(defaults):
    """open_deal(owner, name=..., amount=...): an opportunity of a new account."""

    def make(owner: User | None, **fields: Any):
        contact = fields.pop("contact", None) or ContactFactory(account__owner=owner)
        given = {
            "name": "Deal",
            "account": contact.account,
            "contact": contact,
            "by": owner,
            "now": NOW,
            "owner": owner,
            "close_date": NOW.date() + timedelta(days=30),
        }
        return open_opportunity(**(given | fields))

    return make
