import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from leads.importing.deals import import_deals
from leads.importing.leads import import_leads
from tests.factories import NOW

EXAMPLES = Path(__file__).parents[1] / "data"
LEADS = {"system": "old", "external_id": "id", "fields": {"email": "email"}}
DEALS = {"system": "old", "lead": "id", "deal": {"outcome": "outcome", "closed_at": "closed"}}


def count_rows() -> None:
    """Tell the planner how many rows there are, as autovacuum would after the import is committed; it never is."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """write("leads.csv", "id,email", "1,a@b.example"): a file of those lines."""

    def write_lines(name: str, *lines: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
        return path

    return write_lines


@pytest.fixture
def leads_of(write: Callable[..., Path], tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """leads_of("id,email", "1,a@b.example", source="origin"): imports those lines with LEADS and what is added."""

    def run(*lines: str, by: Any = None, **mapping: Any) -> dict[str, Any]:
        return import_leads(
            file=write("leads.csv", *lines),
            mapping_file=write("leads.json", json.dumps(LEADS | mapping)),
            refused_file=tmp_path / "refused.csv",
            now=NOW,
            by=by,
        )

    return run


@pytest.fixture
def deals_of(write: Callable[..., Path], tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def run(*lines: str, **deal: Any) -> dict[str, Any]:
        mapping = DEALS | {"deal": DEALS["deal"] | deal}
        return import_deals(
            file=write("deals.csv", *lines),
            mapping_file=write("deals.json", json.dumps(mapping)),
            refused_file=tmp_path / "refused.csv",
            now=NOW,
        )

    return run


@pytest.fixture
def refusals(tmp_path: Path) -> Callable[[], list[str]]:
    return lambda: (tmp_path / "refused.csv").read_text().splitlines()[1:]


@pytest.fixture(scope="module")
def kept_for_module(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What one import has written is there for all tests of the module, and undone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def table_counts() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}
