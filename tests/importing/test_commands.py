import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from leads.models import Answer, Decision, InquiryForm, Lead, Reason
from tests.factories import UserFactory
from tests.importing.conftest import DEALS, LEADS

pytestmark = pytest.mark.django_db


def printed(*arguments: Any) -> Any:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out)
    return json.loads(out.getvalue())


def test_commands_print_a_json_summary(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, defaults: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    leads = write("leads.csv", "id,email", "1,a@b.example", "2,nothing")
    deals = write("deals.csv", "id,outcome,closed", "1,won,2025-07-01")
    lead_summary = printed("import_leads", leads, "--mapping", write("l.json", json.dumps(LEADS)))
    deal_summary = printed("import_deals", deals, "--mapping", write("d.json", json.dumps(DEALS)))
    assert lead_summary == {
        "read": 2, "created": 1, "matched": 0, "known": 0, "refused": 1, "qualified": 0, "converted": 0, "won": 0,
        "lost": 0, "refused_file": "leads.refused.csv",
    }  # fmt: skip
    assert (deal_summary["created"], deal_summary["won"], deal_summary["refused_file"]) == (1, 1, None)
    assert (tmp_path / "leads.refused.csv").read_text().startswith("refused_line,refused_reasons,id,email\n3,")
    assert not (tmp_path / "deals.refused.csv").exists()


def test_import_in_the_name_of_a_manager(write: Callable[..., Path], defaults: Any) -> None:
    manager = UserFactory(marketing_manager=True)
    mapping = write("m.json", json.dumps(LEADS | {"answers": {"need": "need"}}))
    file = write("leads.csv", "id,email,need", "1,a@b.example,new")
    printed("import_leads", file, "--mapping", mapping, "--as", manager.email)
    assert Answer.objects.get().by == manager


@pytest.mark.parametrize("email", ["nobody@ripen.example", "rep@ripen.example"])
def test_only_a_manager_imports(email: str, write: Callable[..., Path]) -> None:
    UserFactory(email="rep@ripen.example")
    file, mapping = write("leads.csv", "id,email", "1,a@b.example"), write("m.json", json.dumps(LEADS))
    with pytest.raises(CommandError, match=f"--as {email} is no active manager"):
        printed("import_leads", file, "--mapping", mapping, "--as", email)
    assert Lead.objects.count() == 0


@pytest.mark.parametrize("command", ["import_leads", "import_deals"])
def test_what_is_wrong_is_one_line_and_an_exit_code(command: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as failed:
        printed(command, tmp_path / "none.csv", "--mapping", tmp_path / "none.json")
    assert str(failed.value) == f"{tmp_path / 'none.json'}: does not exist. Check the file's name."
    assert failed.value.returncode == 1


def test_import_into_a_new_database_finds_what_a_company_starts_with(write: Callable[..., Path]) -> None:
    mapping = LEADS | {"answers": {"need": "need"}, "deal": {"outcome": "outcome", "closed_at": "closed"}}
    leads = write("leads.csv", "id,email,need,outcome,closed", "1,a@b.example,new,won,2025-07-01")
    summary = printed("import_leads", leads, "--mapping", write("m.json", json.dumps(mapping)))
    assert (summary["created"], summary["won"], summary["refused"]) == (1, 1, 0)
    assert Decision.objects.count() == 1


def test_set_up_gives_nothing_back_that_a_company_took_out() -> None:
    call_command("set_up", stdout=StringIO())
    assert InquiryForm.objects.filter(active=True).count() == 1
    Reason.objects.all().delete()
    InquiryForm.objects.all().delete()
    call_command("set_up", stdout=StringIO())
    assert (Reason.objects.count(), InquiryForm.objects.count()) == (0, 0)
