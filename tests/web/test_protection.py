"""What the browser is told not to do, and templates that keep to it."""

import re

import pytest
from django.test import Client

from scripts.common import ROOT
from tests.factories import UserFactory

STRICT = {"script-src 'self'", "style-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"}
TEMPLATES = [path for path in ROOT.glob("templates/**/*.html") if "/admin/" not in str(path)]
INLINE = re.compile(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)


def policy(response) -> set[str]:
    return set(response.headers["Content-Security-Policy"].split("; "))


def test_page_refuses_inline_scripts_and_styles(client, db):
    client.force_login(UserFactory())
    assert policy(client.get("/")) >= STRICT


def test_public_page_refuses_inline_scripts_and_styles(client, defaults):
    assert policy(client.get(defaults.get_absolute_url())) >= STRICT


def test_error_page_refuses_inline_scripts_and_styles(client, db):
    client.force_login(UserFactory())
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert policy(response) >= STRICT


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_has_nothing_inline(path):
    assert INLINE.findall(path.read_text()) == []


def test_post_without_token_is_refused_with_a_page_that_says_so(db):
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@b.example"})
    assert response.status_code == 403
    assert b"Please try again" in response.content
