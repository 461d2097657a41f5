"""A field that somebody may not see is not there for them: page, form, filter, order, column, export, history."""

import pytest

from crm.fields.definitions import definitions
from crm.fields.models import CustomField
from crm.fields.services.values import values_of_one
from tests.factories import UserFactory
from tests.fields.records import KINDS, filled_in, list_page, make, page
from tests.fields.test_lists import exported

pytestmark = pytest.mark.usefixtures("defaults")
SECRET = "xylophone"


@pytest.fixture
def rep(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def hidden(fields, known, rep, say):
    """hidden("lead"): two records with a secret that changed; reps may see none of the fields."""

    def make_two(record_kind):
        fields(record_kind, listed=True, reps_see=False)
        CustomField.objects.filter(key="text").update(label="Commission")
        records = [known(make(record_kind, rep), number="1"), known(make(record_kind, rep), number="9")]
        for record in records:
            say(record, text=SECRET)
        return records

    return make_two


@pytest.mark.parametrize("record_kind", KINDS)
def test_pages_and_forms_say_nothing_of_it(client, hidden, record_kind):
    record, _ = hidden(record_kind)
    for address in (page(record), page(record, "edit"), list_page(record_kind), f"{page(record)}?show=field"):
        html = client.get(address).content.decode()
        assert SECRET not in html
        assert "Commission" not in html


@pytest.mark.parametrize("record_kind", KINDS)
def test_what_is_posted_to_it_is_not_written(client, hidden, record_kind):
    record, _ = hidden(record_kind)
    posted = filled_in(client.get(page(record, "edit"))) | {"custom_text": "mine", "custom_number": "3"}
    assert client.post(page(record, "edit"), posted).status_code == 302
    known = values_of_one(record, definitions(record_kind, user=None))
    assert {field.key: value for field, value in known.items()} == {"number": "1", "text": SECRET}


@pytest.mark.parametrize("record_kind", KINDS)
@pytest.mark.parametrize(
    "query", ["custom_number_min=5", "custom_text=xylophone", "custom_text=other", "custom_choice=-"]
)
def test_filters_and_order_by_it_do_nothing(client, hidden, record_kind, query):
    pks = {record.pk for record in hidden(record_kind)}
    rows = client.get(f"{list_page(record_kind)}?{query}").context["table"].rows
    assert {row.record.pk for row in rows} == pks
    sorts = [
        [row.record.pk for row in client.get(f"{list_page(record_kind)}?sort={order}").context["table"].rows]
        for order in ("custom_number", "-custom_number")
    ]
    assert sorts[0] == sorts[1]


@pytest.mark.parametrize("record_kind", KINDS)
@pytest.mark.parametrize("file", ["csv", "xlsx", "json"])
def test_export_has_no_column_for_it(client, hidden, record_kind, file):
    hidden(record_kind)
    rows = exported(client, record_kind, "custom_number_min=5", file)
    assert len(rows) == 2
    assert not [name for name in rows[0] if name.startswith("My ") or name == "Commission"]
    assert SECRET not in str(rows)
    assert file != "json" or [row["custom"] for row in rows] == [{}, {}]


def test_stale_form_does_not_tell_it(client, hidden, say):
    record, _ = hidden("account")
    posted = filled_in(client.get(page(record, "edit")))
    type(record).objects.filter(pk=record.pk).update(version=7)
    say(record, text="another secret")
    response = client.post(page(record, "edit"), posted)
    assert (response.status_code, response.context["form"].changed_meanwhile) == (409, [])


def test_search_does_not_find_it(client, hidden):
    hidden("account")
    assert client.get(f"/search/?q={SECRET}").context["groups"] == []


@pytest.mark.parametrize("role", ["sales_manager", "marketing_manager", "administrator"])
def test_those_who_may_see_it_do(client, hidden, role):
    record, _ = hidden("account")
    client.force_login(UserFactory(**{role: True}))
    assert SECRET in client.get(page(record)).content.decode()
    assert exported(client, "account")[0]["Commission"] == SECRET
