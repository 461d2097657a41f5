"""Who gets in at all: every route of the resolver, also those that come later."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories import UserFactory

PUBLIC = {
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    # Allauth's own pages, empty for a stranger: sign-up is closed, addresses are not confirmed.
    "account_signup",
    "account_inactive",
    "account_email_verification_sent",
    "leads:form",
    "leads:form_frame",
    "leads:form_script",
    "leads:form_viewed",
    "leads:form_started",
    "leads:form_json",
    "leads:challenge",
    "leads:confirm",
    "leads:visits_script",
    "leads:visit",
    "leads:thanks",
    "nurture:answer",
    "nurture:thanks",
    "nurture:click",
    "nurture:example",
    "nurture:logo",
    "nurture:unsubscribe",
    "nurture:preferences",
    # Posts of providers and mail servers, which are signed.
    "nurture:mail_hook",
    "nurture:provider_hook",
    "web:health",
}
OWN_LOGIN = ("admin:",)  # the admin sends people to the log-in by itself
SAMPLES = {"way": "gained", "int": "1", "slug": "x", "str": "x", "uuid": "0b8bbd3a-3d52-4a29-9a7e-7f4a1de2b111"}


def routes(resolver: URLResolver, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    """(name, path with sample arguments) of every named route without regular expressions."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern, prefix + str(pattern.pattern), inner)
        elif isinstance(pattern, URLPattern) and "(?P" not in str(pattern.pattern):
            yield f"{namespace}{pattern.name}", "/" + prefix + sample(pattern)


def sample(pattern: URLPattern) -> str:
    text = str(pattern.pattern)
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        for written in (f"<{kind}:{name}>", f"<{name}>"):
            text = text.replace(written, SAMPLES.get(kind, "x"))
    return text


PROTECTED = sorted({r for r in routes(get_resolver()) if r[0] not in PUBLIC and not r[0].startswith(OWN_LOGIN)})


def test_routes_are_found():
    assert {"web:today", "web:search", "outbox:detail", "leads:list"} <= {name for name, _ in PROTECTED}


@pytest.mark.parametrize(("name", "path"), PROTECTED)
@pytest.mark.parametrize("method", ["get", "post"])
def test_route_without_login_leads_to_the_login(client, db, name, path, method):
    response = getattr(client, method)(path)
    assert (response.status_code, response.headers.get("Location", "").partition("?")[0]) == (302, "/accounts/login/")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:a()"])
def test_login_never_redirects_to_another_host(client, db, target):
    user = UserFactory()
    user.set_password("correct horse battery")
    user.save()
    form = {"login": user.email, "password": "correct horse battery", "next": target}
    response = client.post("/accounts/login/", form)
    assert (response.status_code, response.headers["Location"]) == (302, "/")


def test_login_goes_on_to_the_page_that_was_asked_for(client, db):
    user = UserFactory()
    user.set_password("correct horse battery")
    user.save()
    form = {"login": user.email, "password": "correct horse battery", "next": "/search/?q=a"}
    assert client.post("/accounts/login/", form).headers["Location"] == "/search/?q=a"


def test_wrong_password_and_unknown_address_look_the_same(client, db):
    user = UserFactory()

    def answer(email: str) -> Any:
        response = client.post("/accounts/login/", {"login": email, "password": "wrong"})
        return response.status_code, response.context["form"].errors

    assert answer(user.email) == answer("nobody@ripen.example")


def test_sign_up_is_closed(client, db):
    form = {"email": "new@ripen.example", "password1": "correct horse", "password2": "correct horse"}
    client.post("/accounts/signup/", form)
    assert client.get("/").status_code == 302


def test_logged_out_user_is_out(client, db):
    client.force_login(UserFactory())
    client.post("/accounts/logout/")
    assert client.get("/").status_code == 302
