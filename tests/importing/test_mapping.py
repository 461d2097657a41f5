import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leads.importing.errors import ImportFailed
from leads.importing.mapping import read_deals_mapping, read_leads_mapping
from leads.models import Lead, Question
from tests.importing.conftest import DEALS, LEADS

pytestmark = pytest.mark.django_db

OCCUPATION = {"key": "occupation", "text": "What do you do?", "kind": "choice", "dimension": "fit"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"system": None}, "“system” is missing."),
        ({"system": "a:b"}, "“system” must be 1 to 40 letters, digits, - or _. Example: olist."),
        ({"external_id": None}, "“external_id” is missing."),
        ({"sorce": "origin"}, "“sorce” is unknown: did you mean “source”?"),
        ({"fields": {"email": "email", "owner_id": "id"}}, "“fields.owner_id” is no field of a lead"),
        (
            {"fields": {"city": "email"}},
            "“fields” needs “email” or “phone”: without one of them a lead cannot be kept.",
        ),
        ({"fields": {"email": {"col": "email"}}}, "“fields.email” needs exactly one of “column”, “template” and"),
        (
            {"fields": {"email": {"column": "email", "vals": {}}}},
            "“fields.email.vals” is unknown: did you mean “values”?",
        ),
        ({"fields": {"email": {"template": "me"}}}, "“fields.email” names no column."),
        ({"fields": "email"}, "“fields” must be an object: {…}."),
        ({"source": "orign"}, "“source”: {file} has no column “orign”: did you mean “origin”?"),
        ({"source": {"template": "{a} {origin}"}}, "“source”: {file} has no column “a”"),
        ({"route": "yes"}, "“route” must be true or false."),
        ({"time_zone": "Mars"}, "“time_zone”: “Mars” is not a time zone. Example: Europe/Berlin."),
        ({"encoding": "klingon"}, "“encoding”: “klingon” is no text encoding. Example: cp1252."),
        ({"encoding": "hex"}, "“encoding”: “hex” is no text encoding. Example: cp1252."),
        ({"delimiter": "||"}, "“delimiter” must be one character. Example: ;."),
        ({"date_format": "day"}, "“date_format” must be a date format. Example: %d.%m.%Y %H:%M."),
        ({"inquired_at": {"column": "origin", "format": "%Y-%m"}}, "“inquired_at.format” must be a date format."),
        ({"inquired_at": {"constant": "someday"}}, "“inquired_at”: “someday” is not a date. Example: 2026-05-01."),
        ({"not_answered": "Select"}, "“not_answered” must be a list of texts."),
        (
            {"questions": [OCCUPATION | {"kind": "choise"}]},
            "“questions[0].kind”: “choise” is unknown: did you mean “choice”?",
        ),
        ({"questions": [OCCUPATION | {"key": "a b"}]}, "“questions[0].key” must be 1 to 64 letters, digits, - or _."),
        ({"questions": [OCCUPATION, OCCUPATION]}, "“questions” declares “occupation” twice."),
        ({"questions": {}}, "“questions” must be a list."),
        ({"answers": {"jobb": "origin"}}, "“answers.jobb”: there is no such question"),
        ({"answers": {"old": "origin"}}, "“answers.old”: the question is inactive. Activate it in the admin."),
        (
            {"questions": [OCCUPATION | {"key": "old", "kind": "text"}]},
            "“questions”: “old” exists with kind choice, not text.",
        ),
        ({"deal": {"outcome": "origin"}}, "“deal.closed_at” is missing."),
    ],
)
def test_wrong_mapping_fails_with_one_line_and_nothing_written(
    change: dict[str, Any], message: str, leads_of: Callable[..., Any], tmp_path: Path
) -> None:
    Question.objects.create(key="old", text="Old?", kind="choice", dimension="need", active=False)
    with pytest.raises(ImportFailed) as failed:
        leads_of("id,email,origin", "1,a@b.example,x", **change)
    expected = message.replace("{file}", str(tmp_path / "leads.csv"))
    assert str(failed.value).startswith(f"{tmp_path / 'leads.json'}: {expected}")
    assert "\n" not in str(failed.value)
    assert (Lead.objects.count(), Question.objects.count()) == (0, 1)
    assert not (tmp_path / "refused.csv").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{\n  "system": "a",\n}',
            "line 3, column 1 is not valid JSON: Expecting property name enclosed in double quotes.",
        ),
        ("[]", "“the mapping” must be an object: {…}."),
        ('{"system": "a", "system": "b"}', "“system” is there twice in one object."),
        ("\xff", "is not a JSON file in UTF-8."),
        ("[" * 100_000, "is not a JSON file in UTF-8."),
    ],
)
def test_mapping_that_is_not_json_says_where(
    text: str, message: str, write: Callable[..., Path], tmp_path: Path
) -> None:
    mapping = tmp_path / "m.json"
    mapping.write_bytes(text.encode("latin-1"))
    with pytest.raises(ImportFailed) as failed:
        read_leads_mapping(mapping, write("a.csv", "id,email"))
    assert str(failed.value).startswith(f"{mapping}: {message}")


def test_mapping_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match=r"m.json: does not exist. Check the file's name."):
        read_leads_mapping(tmp_path / "m.json", tmp_path / "a.csv")


def test_unreadable_rest_of_a_file_fails_before_anything_is_written(leads_of: Callable[..., Any]) -> None:
    with pytest.raises(ImportFailed, match="line 3 is not valid CSV"):
        leads_of("id,email,origin", "1,a@b.example,x", '2,"b@b.example', source="origin")
    assert Lead.objects.count() == 0


def test_deals_mapping_needs_the_key_of_the_lead(write: Callable[..., Path]) -> None:
    mapping = write("m.json", json.dumps({key: DEALS[key] for key in ("system", "deal")}))
    with pytest.raises(ImportFailed, match="“lead” is missing"):
        read_deals_mapping(mapping, write("a.csv", "id,outcome,closed"))


def test_a_leads_mapping_is_no_deals_mapping(write: Callable[..., Path]) -> None:
    with pytest.raises(ImportFailed, match="“lead” is missing"):
        read_deals_mapping(write("m.json", json.dumps(LEADS)), write("a.csv", "id,email"))
