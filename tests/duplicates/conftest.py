import pytest

from leads.services.merging import merge_leads
from tests.factories import NOW, LeadFactory, UserFactory
from tests.leads.conftest import submission

__all__ = ["submission"]


@pytest.fixture
def merge(db):
    """merge(survivor, duplicate): the LeadMerge; both leads are read again."""

    def run(survivor, duplicate, *, by=None, now=NOW):
        done = merge_leads(survivor=survivor, duplicate=duplicate, by=by, now=now)
        survivor.refresh_from_db()
        duplicate.refresh_from_db()
        return done

    return run


@pytest.fixture
def couple(db):
    """Two leads that are one person, with nothing filled in but what a test gives."""

    def make(survivor=None, duplicate=None):
        blank = {"first_name": "", "last_name": "", "company": "", "email": ""}
        return LeadFactory(**(blank | (survivor or {}))), LeadFactory(**(blank | (duplicate or {})))

    return make


@pytest.fixture
def rep(db):
    return UserFactory()
