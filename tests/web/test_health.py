"""/health/ tells a load balancer whether to send people here."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)
JSON = {"Accept": "application/json"}


def test_health_is_told_without_logging_in(client):
    response = client.get("/health/", headers=JSON)
    assert (response.status_code, set(response.json().values())) == (200, {"OK"})


def test_health_is_bad_where_the_broker_does_not_answer(client, settings):
    gone = {"LOCATION": "redis://127.0.0.1:1/0", "OPTIONS": {"socket_connect_timeout": 1}}
    settings.CACHES = {"default": settings.CACHES["default"] | gone}
    response = client.get("/health/", headers=JSON)
    assert response.status_code == 500
    assert list(response.json().values()).count("OK") == 1
