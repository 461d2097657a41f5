import pytest

from tests.factories import AccountFactory, ContactFactory, LeadFactory, UserFactory

NAUGHTY = ["%", "_", "'; DROP TABLE leads_lead;--", "\x00", "\\", "<b>", "{{ 7|add:7 }}", "a" * 5000, "Ω ﷽ 🏳️‍🌈", " "]


@pytest.fixture
def rep(client, db):
    user = UserFactory()
    client.force_login(user)
    return user


def found(client, text: str) -> list[str]:
    response = client.get("/search/", {"q": text})
    assert response.status_code == 200
    return [hit.title for _, hits in response.context["groups"] for hit in hits]


def test_search_finds_records_of_every_room(client, rep):
    LeadFactory(first_name="Zoe", last_name="Quill")
    account = AccountFactory(name="Quill & Söhne GmbH")
    ContactFactory(account=account, first_name="Max", last_name="Quill")
    assert found(client, "quill") == ["Zoe Quill", "Max Quill", "Quill & Söhne GmbH"]


def test_search_finds_an_account_whatever_its_accents(client, rep):
    AccountFactory(name="Öztürk Şirketi A.Ş.")
    assert found(client, "ozturk") == ["Öztürk Şirketi A.Ş."]


def test_search_wants_every_word(client, rep):
    LeadFactory(first_name="Zoe", last_name="Quill", company="Acme")
    assert found(client, "zoe acme") == ["Zoe Quill"]
    assert found(client, "zoe other") == []


def test_search_hides_what_belongs_to_another_rep(client, rep):
    other = UserFactory()
    LeadFactory(last_name="Hidden", owner=other)
    account = AccountFactory(name="Hidden Inc", owner=other)
    ContactFactory(account=account, last_name="Hidden", owner=other)
    assert found(client, "hidden") == []


@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_search_takes_any_text(client, rep, text):
    LeadFactory(first_name="Zoe")
    assert found(client, text) == []


def test_search_field_gets_only_the_list(client, rep):
    LeadFactory(first_name="Zoe", last_name="<b>Quill</b>")
    html = client.get("/search/", {"q": "zoe"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in html
    assert "Zoe &lt;b&gt;Quill&lt;/b&gt;" in html


@pytest.mark.parametrize("count", [1, 20])
def test_search_query_count(client, rep, count, django_assert_max_num_queries):
    for number in range(count):
        LeadFactory(first_name="Zoe")
        ContactFactory(first_name="Zoe", account=AccountFactory(name=f"Zoe {number}"))
    with django_assert_max_num_queries(10):
        assert found(client, "zoe")
