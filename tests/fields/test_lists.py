"""Custom fields in the lists: filters in the address, columns, order, and the same rows for a spreadsheet."""

import csv
import json
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from crm.fields.kinds import FieldKind
from crm.fields.models import CustomField
from crm.fields.rows import clean
from tests.factories import AccountFactory, LeadFactory, UserFactory
from tests.fields.conftest import EXAMPLES
from tests.fields.records import KINDS, list_page, make

pytestmark = pytest.mark.usefixtures("defaults")


@pytest.fixture
def manager(client):
    user = UserFactory(sales_manager=True)
    client.force_login(user)
    return user


def found(client, query, kind="account"):
    response = client.get(f"{list_page(kind)}?{query}")
    assert response.status_code == 200
    return [row.record.pk for row in response.context["table"].rows]


@pytest.fixture
def three(fields, known):
    """Accounts with a little of everything, with more, and with nothing."""
    fields("account", listed=True)
    little = {"choice": "small", "choices": ["small", "large"], "boolean": "no", "number": "1.5", "money": "100"}
    much = {"choice": "huge", "choices": ["huge"], "boolean": "yes", "number": "20", "money": "2000"}
    return [
        known(AccountFactory(), **little, date="2026-05-01", time_frame="30", text="Ångström 4711"),
        known(AccountFactory(), **much, date="2027-01-31", time_frame="none", text="Straße"),
        AccountFactory(),
    ]


FILTERS = [
    *[("custom_choice=small", [0]), ("custom_choice=large", []), ("custom_choice=-", [2])],
    *[("custom_choices=large", [0]), ("custom_choices=huge", [1]), ("custom_choices=-", [2])],
    *[("custom_boolean=0", [0]), ("custom_boolean=1", [1]), ("custom_boolean=-", [2])],
    *[
        ("custom_number_min=2", [1]),
        ("custom_number_max=2", [0]),
        ("custom_number_min=1.5&custom_number_max=20", [0, 1]),
    ],
    *[("custom_money_min=100.01", [1]), ("custom_money_max=100", [0])],
    *[("custom_date_from=2026-06-01", [1]), ("custom_date_until=2026-05-01", [0])],
    *[("custom_time_frame=90", [0]), ("custom_time_frame=730", [0]), ("custom_time_frame=-", [2])],
    *[("custom_text=angstrom", [0]), ("custom_text=4711+ANG", [0]), ("custom_text=strasse", [1])],
    *[("custom_choice=small&custom_number_min=2", []), ("custom_choice=&custom_text=", [0, 1, 2])],
]


@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_list_is_narrowed_by_the_address(client, manager, three, query, expected):
    assert sorted(found(client, query)) == [three[n].pk for n in expected]


@pytest.mark.parametrize("record_kind", KINDS)
def test_every_list_filters_sorts_and_exports(client, manager, fields, known, record_kind):
    fields(record_kind, listed=True)
    records = [known(make(record_kind, manager), number=number) for number in ("1", "9", "5")]
    pks = [record.pk for record in records]
    assert found(client, "custom_number_min=5&sort=custom_number", record_kind) == [pks[2], pks[1]]
    rows = exported(client, record_kind, "custom_number_max=5")
    assert sorted(row["My number"] for row in rows) == ["1", "5"]
    assert {int(row["id"]) for row in rows} == {pks[0], pks[2]}


@pytest.mark.parametrize("kind", [kind for kind in FieldKind if kind != FieldKind.CHOICES])
def test_order_is_by_value_and_what_is_not_known_comes_last(client, manager, three, kind):
    few, much, nothing = (account.pk for account in three)
    assert found(client, f"sort=custom_{kind}") == [few, much, nothing]
    assert found(client, f"sort=-custom_{kind}") == [much, few, nothing]


def test_several_choices_have_no_order(client, manager, three):
    response = client.get(f"{list_page('account')}?sort=custom_choices")
    assert not response.context["table"].columns["custom_choices"].orderable
    assert len(response.context["table"].rows) == 3


def test_listed_fields_are_columns_and_others_are_not(client, manager, three):
    CustomField.objects.filter(key="text").update(listed=False)
    html = client.get(list_page("account")).content.decode()
    table = html[html.index("<table") :]
    assert "Small, Large" in table
    assert "Ångström" not in table
    assert "Ångström" not in table


@pytest.mark.parametrize("count", [0, 3, 30])
def test_list_query_count(client, manager, fields, known, count, django_assert_num_queries):
    fields("account", listed=True)
    for n in range(count):
        known(AccountFactory(), number=str(n), choices=["small"])
    with django_assert_num_queries(7 if count else 5):
        client.get(f"{list_page('account')}?custom_number_min=0&sort=custom_number")


WRONG = [
    *[
        "custom_choice=tiny",
        "custom_choices=tiny",
        "custom_boolean=2",
        "custom_time_frame=1e9",
        "custom_date_from=soon",
    ],
    *["custom_number_min=x", "custom_number_min=1e400", "custom_number_max=" + "9" * 60, "custom_money_min=NaN"],
    *["custom_text=%00", "custom_text=" + "x" * 200],
]


@pytest.mark.parametrize("query", WRONG)
def test_impossible_filters_are_said_and_never_an_error(client, manager, three, query):
    response = client.get(f"{list_page('account')}?{query}")
    assert response.status_code == 200
    assert set(response.context["filter"].form.errors) == {query.partition("=")[0]}
    assert exported(client, "account", query) == []


@pytest.mark.parametrize("number", ["99999999999.9999", "-99999999999.9999", "0.00001"])
def test_numbers_at_the_edge(client, manager, three, number):
    assert client.get(f"{list_page('account')}?custom_number_min={number}").status_code == 200


def exported(client, kind, query="", file="csv"):
    response = client.get(f"{list_page(kind, 'export')}?{query}&format={file}")
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    if file == "json":
        assert response["Content-Type"] == "application/json; charset=utf-8"
        return json.loads(content)
    if file == "csv":
        return list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))
    header, *rows = load_workbook(BytesIO(content)).active.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_export_has_a_column_for_each_field(client, manager, three):
    row = next(row for row in exported(client, "account") if row["id"] == str(three[0].pk))
    assert {name: row[name] for name in row if name.startswith("My ")} == {
        "My one choice": "Small",
        "My several choices": "Small; Large",
        "My yes or no": "No",
        "My number": "1.5",
        "My amount of money": "100.00",
        "My amount of money currency": "USD",
        "My date": "2026-05-01",
        "My time frame": "Within a month",
        "My text": "Ångström 4711",
    }
    assert next(row for row in exported(client, "account") if row["id"] == str(three[2].pk))["My text"] == ""


@pytest.mark.parametrize("record_kind", KINDS)
def test_json_has_the_values_as_imports_and_forms_take_them(client, manager, fields, known, record_kind):
    found = fields(record_kind)
    told = known(make(record_kind, manager), **{kind: typed for kind, (typed, *_) in EXAMPLES.items()})
    silent = make(record_kind, manager)
    rows = {row["id"]: row["custom"] for row in exported(client, record_kind, file="json")}
    assert rows[told.pk] == {kind: stored for kind, (_, stored, *_) in EXAMPLES.items()}
    assert rows[silent.pk] == dict.fromkeys(EXAMPLES)
    assert {key: clean(found[key], value) for key, value in rows[told.pk].items()} == rows[told.pk]


def test_json_is_narrowed_by_the_address_and_names_what_is_wrong_with_it(client, manager, three):
    (row,) = exported(client, "account", "custom_number_min=2", file="json")
    assert (row["id"], row["name"], row["owner"]) == (three[1].pk, three[1].name, None)
    assert exported(client, "account", "custom_choice=large", file="json") == []
    refused = client.get(f"{list_page('account', 'export')}?format=json&custom_number_min=x")
    assert (refused.status_code, set(refused.json()["errors"])) == (400, {"custom_number_min"})


def test_sheet_has_numbers_and_dates_as_such(client, manager, three):
    row = next(row for row in exported(client, "account", file="xlsx") if row["id"] == three[0].pk)
    assert (row["My number"], row["My date"].year, row["My text"]) == (1.5, 2026, "Ångström 4711")
    assert row["added"].tzinfo is None


def test_formulas_in_values_and_labels_are_neutralised(client, manager, fields, known):
    fields("account")
    CustomField.objects.filter(key="text").update(label="=cmd()")
    known(AccountFactory(name="-1+1"), text=" @SUM(A1)")
    for file in ("csv", "xlsx"):
        (row,) = exported(client, "account", file=file)
        assert (row["'=cmd()"], row["name"]) == ("'@SUM(A1)", "'-1+1")


def test_export_reads_values_by_the_chunk(client, manager, fields, known, monkeypatch, django_assert_max_num_queries):
    from crm.fields import lists

    monkeypatch.setattr(lists, "CHUNK", 5)
    fields("lead")
    for n in range(12):
        known(LeadFactory(), number=str(n))
    with django_assert_max_num_queries(2 + 2 + 3 + 2):
        rows = exported(client, "lead")
    assert sorted(int(row["My number"]) for row in rows) == list(range(12))


def test_examples_come_back_from_an_export(client, manager, fields, known):
    """Every kind of value, as it is shown."""
    fields("account")
    known(AccountFactory(), **{str(kind): typed for kind, (typed, *_) in EXAMPLES.items()})
    (row,) = exported(client, "account")
    assert row["My several choices"] == "Small; Large"
