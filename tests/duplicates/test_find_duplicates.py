import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db
MAPPING = {"external_id": "id", "fields": {"first_name": "first", "last_name": "last", "phone": "tel", "email": "mail"}}
ROWS = """id,first,last,tel,mail
1,Ada,Lovelace,020 7946 0000,ada@x.example
2,Ada,Lovelac,+44 20 7946 0000,
3,Grace,Hopper,,grace@navy.example
"""


@pytest.fixture
def find(tmp_path, capsys):
    def run(rows=ROWS, mapping=MAPPING, encoding="utf-8", **options):
        (tmp_path / "people.csv").write_bytes(rows.encode(encoding))
        text = mapping if isinstance(mapping, str) else json.dumps(mapping)
        (tmp_path / "mapping.json").write_text(text)
        call_command("find_duplicates", tmp_path / "people.csv", mapping=tmp_path / "mapping.json", **options)
        return capsys.readouterr().out

    return run


def in_britain(mapping):
    return mapping | {"fields": mapping["fields"] | {"country": {"constant": "GB"}}}


def test_json_has_keys_score_and_reasons(find):
    answer = json.loads(find(mapping=in_britain(MAPPING)))
    assert (answer["records"], answer["compared"]) == (3, 1)
    (pair,) = answer["pairs"]
    assert (pair["left"], pair["right"]) == ("1", "2")
    assert 0.5 <= pair["score"] <= 1
    assert "same phone" in pair["reasons"]
    assert "family name 97 % alike: Lovelace / Lovelac" in pair["reasons"]


def test_csv_has_the_same(find):
    rows = list(csv.DictReader(io.StringIO(find(mapping=in_britain(MAPPING), format="csv"))))
    assert [(row["left"], row["right"]) for row in rows] == [("1", "2")]
    assert "same phone; " in rows[0]["reasons"] + "; "


def test_csv_is_safe_to_open_in_a_spreadsheet(find):
    rows = ROWS.replace("\n1,", "\n=1+1,")
    (found,) = csv.DictReader(io.StringIO(find(rows=rows, mapping=in_britain(MAPPING), format="csv")))
    assert found["left"] == "'=1+1"


def test_mapping_of_an_import_is_taken_as_it_is(find):
    mapping = in_britain(MAPPING) | {"system": "old-crm", "source": {"constant": "list"}, "answers": {"need": "last"}}
    assert len(json.loads(find(mapping=mapping))["pairs"]) == 1


def test_encoding_and_delimiter_of_the_mapping_count(find):
    rows = "id;first;last\n1;Jürgen;Müller-Lüdenscheidt\n2;Jürgen;Müller-Lüdenscheid\n"
    mapping = {"external_id": "id", "fields": {"first_name": "first", "last_name": "last"}}
    answer = json.loads(find(rows, mapping | {"encoding": "cp1252", "delimiter": ";"}, encoding="cp1252"))
    assert len(answer["pairs"]) == 1
    assert "Jürgen" not in str(answer["pairs"][0]["reasons"])  # equal values are not repeated
    assert "Müller-Lüdenscheidt / Müller-Lüdenscheid" in str(answer["pairs"][0]["reasons"])


def test_nothing_is_written(find, django_assert_num_queries):
    from leads.models import Lead

    find()
    assert Lead.objects.count() == 0


def test_at_least_leaves_out_what_is_less_likely(find):
    assert json.loads(find(mapping=in_britain(MAPPING), at_least=1.0))["pairs"] == []


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"fields": MAPPING["fields"]}, "“external_id” is missing"),
        (MAPPING | {"fields": {"first_name": "frist"}}, "has no column “frist”: did you mean “first”?"),
        (MAPPING | {"fields": {"firstname": "first"}}, "“fields.firstname” is no field: did you mean “first_name”?"),
        (MAPPING | {"fields": {"job_title": "first"}}, "“fields” holds nothing to compare"),
        (MAPPING | {"identifiers": {"phone": "tel"}}, "“identifiers.phone” is the name of a field"),
        (MAPPING | {"identifers": {"no": "tel"}}, "“identifers” is unknown: did you mean “identifiers”?"),
        ("{", "is not valid JSON"),
    ],
)
def test_wrong_mapping_is_told_in_one_line(find, mapping, message):
    with pytest.raises(CommandError) as refused:
        find(mapping=mapping)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (ROWS + "4,Too,short\n", "line 5: The row has 3 fields, the header has 5."),
        (ROWS + "1,Ada,Again,,\n", "line 5: the key “1” is there twice."),
        (ROWS + ",No,Key,,\n", "line 5: the key is blank."),
        (ROWS + "5,N\x00l,,,\n", "NUL"),
        ("", "is empty"),
    ],
)
def test_unreadable_row_is_told_in_one_line(find, rows, message):
    with pytest.raises(CommandError) as refused:
        find(rows=rows)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_score_out_of_range_is_refused(find):
    with pytest.raises(CommandError, match="from 0 to 1"):
        find(at_least=2.0)


def test_header_alone_has_no_pairs(find):
    assert json.loads(find(rows="id,first,last,tel,mail\n"))["pairs"] == []
