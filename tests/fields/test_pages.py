"""Custom fields on the pages and forms of all four kinds of records."""

import pytest

from crm.fields.definitions import by_key, definitions
from crm.fields.models import CustomField, FieldChoice
from crm.fields.services.values import values_of_one
from tests.factories import UserFactory
from tests.fields.conftest import EXAMPLES
from tests.fields.records import KINDS, filled_in, make, page

pytestmark = pytest.mark.usefixtures("defaults")
TYPED = {f"custom_{kind}": typed for kind, (typed, *_) in EXAMPLES.items()}


@pytest.fixture
def rep(db):
    return UserFactory()


@pytest.fixture
def as_rep(client, rep):
    client.force_login(rep)
    return client


def known_of(record):
    return {field.key: value for field, value in values_of_one(record, definitions(kind(record), user=None)).items()}


def kind(record):
    return record._meta.model_name


@pytest.mark.parametrize("record_kind", KINDS)
def test_values_are_edited_and_shown(as_rep, rep, fields, record_kind):
    fields(record_kind)
    record = make(record_kind, rep)
    response = as_rep.post(page(record, "edit"), filled_in(as_rep.get(page(record, "edit"))) | TYPED)
    assert response.status_code == 302
    assert known_of(record) == {str(kind): stored for kind, (_, stored, *_) in EXAMPLES.items()}
    html = as_rep.get(page(record)).content.decode()
    for _, _, shown, _ in EXAMPLES.values():
        assert shown in html
    again = filled_in(as_rep.get(page(record, "edit")))
    assert as_rep.post(page(record, "edit"), again).status_code == 302
    assert record.custom_changes.count() == len(EXAMPLES)
    record.refresh_from_db()
    assert record.version == 3


@pytest.mark.parametrize("record_kind", KINDS)
def test_a_needed_field_is_asked_for_and_said_on_the_page(as_rep, rep, fields, record_kind):
    fields(record_kind)
    CustomField.objects.filter(key="text").update(required=True)
    record = make(record_kind, rep)
    assert "needed" in as_rep.get(page(record)).content.decode()
    posted = filled_in(as_rep.get(page(record, "edit")))
    response = as_rep.post(page(record, "edit"), posted)
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"custom_text"})
    assert as_rep.post(page(record, "edit"), posted | {"custom_text": "Here"}).status_code == 302
    assert known_of(record) == {"text": "Here"}


WRONG = {
    "custom_choice": "tiny",
    "custom_choices": ["small", "tiny"],
    "custom_boolean": "maybe",
    "custom_number": "0.00001",
    "custom_money": "-1",
    "custom_date": "2026-02-30",
    "custom_time_frame": "soon",
    "custom_text": "a\x00b",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_said_at_its_field_and_nothing_is_lost(as_rep, rep, fields, name):
    fields("account")
    record = make("account", rep)
    posted = filled_in(as_rep.get(page(record, "edit"))) | {"city": "Leeds"}
    response = as_rep.post(page(record, "edit"), posted | {name: WRONG[name]})
    form = response.context["form"]
    assert (response.status_code, set(form.errors), form["city"].value()) == (422, {name}, "Leeds")
    assert known_of(record) == {}
    record.refresh_from_db()
    assert (record.city, record.version) == ("", 1)


@pytest.mark.parametrize("number", ["1e400", "9" * 50, "-99999999999", "0.0001", "1e3"])
def test_numbers_of_any_size_are_taken_or_refused(as_rep, rep, fields, number):
    fields("account")
    record = make("account", rep)
    posted = filled_in(as_rep.get(page(record, "edit"))) | {"custom_number": number}
    assert as_rep.post(page(record, "edit"), posted).status_code in (302, 422)


def test_stale_form_is_told_what_somebody_else_wrote(as_rep, rep, fields):
    fields("account")
    record = make("account", rep)
    first, second = (filled_in(as_rep.get(page(record, "edit"))) for _ in range(2))
    assert as_rep.post(page(record, "edit"), first | {"custom_text": "Theirs"}).status_code == 302
    response = as_rep.post(page(record, "edit"), second | {"custom_text": "Mine"})
    assert response.status_code == 409
    assert response.context["form"].changed_meanwhile == [("My text", "", "Theirs")]
    assert known_of(record) == {"text": "Theirs"}
    again = filled_in(response)
    assert (again["custom_text"], as_rep.post(page(record, "edit"), again).status_code) == ("Mine", 302)
    assert known_of(record) == {"text": "Mine"}


def test_choice_that_is_no_longer_offered_stays_where_it_was_chosen(as_rep, rep, fields, known):
    fields("account")
    record, other = known(make("account", rep), choice="small", choices=["small", "huge"]), make("account", rep)
    FieldChoice.objects.filter(value="small").update(active=False)
    for one, offered in ((record, True), (other, False)):
        form = as_rep.get(page(one, "edit")).context["form"]
        for name in ("custom_choice", "custom_choices"):
            assert ("small" in dict(form.fields[name].choices)) == offered
    assert as_rep.post(page(record, "edit"), filled_in(as_rep.get(page(record, "edit")))).status_code == 302
    assert known_of(record) == {"choice": "small", "choices": ["small", "huge"]}


def test_an_amount_stays_in_its_currency(as_rep, rep, fields, known):
    fields("account")
    record = known(make("account", rep), money={"amount": "5", "currency": "EUR"})
    response = as_rep.get(page(record, "edit"))
    assert response.context["form"].fields["custom_money"].label == "My amount of money in EUR"
    as_rep.post(page(record, "edit"), filled_in(response) | {"custom_money": "7.5"})
    assert known_of(record) == {"money": {"amount": "7.50", "currency": "EUR"}}


def test_a_time_frame_besides_the_usual_steps_is_kept(as_rep, rep, fields, known):
    fields("account")
    record = known(make("account", rep), time_frame="45 days")
    as_rep.post(page(record, "edit"), filled_in(as_rep.get(page(record, "edit"))))
    assert known_of(record) == {"time_frame": {"days": 45}}


def test_text_is_shown_as_it_was_typed(as_rep, rep, fields, known):
    fields("account")
    record = known(make("account", rep), text="<script>alert(1)</script> {{ settings }}\nsecond line")
    html = as_rep.get(page(record)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ settings }}<br>second line" in html


@pytest.mark.parametrize("count", [0, 1, 8])
def test_fields_cost_a_page_one_query(as_rep, rep, fields, known, count, django_assert_num_queries):
    record = make("account", rep)
    if count:
        fields("account")
        CustomField.objects.exclude(pk__in=CustomField.objects.values("pk")[:count]).delete()
        known(record, **({"choice": "small"} if by_key(definitions("account", user=None)).get("choice") else {}))
    with django_assert_num_queries(10):
        as_rep.get(page(record))
