import pytest

from tests.factories import UserFactory


@pytest.fixture
def manager(client):
    client.force_login(UserFactory(sales_manager=True))
    return client
