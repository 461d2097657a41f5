"""Forms in other sites: who may frame them, and what else their pages tell and take."""

import re

import pytest
from django.core.exceptions import ValidationError

from leads.models import FormDay, Inquiry, InquiryForm
from tests.leads.forms.conftest import PERSON

SITE = "https://www.company.example"


def ancestors(response):
    return re.search(r"frame-ancestors ([^;]+)", response.headers["Content-Security-Policy"])[1].split()


def test_only_the_frame_may_be_framed_and_only_by_allowed_sites(client, defaults):
    assert (ancestors(client.get("/f/contact-us/")), client.get("/f/contact-us/").headers["X-Frame-Options"]) == (
        ["'none'"],
        "DENY",
    )
    assert ancestors(client.get("/f/contact-us/embed/")) == ["'self'"]
    InquiryForm.objects.update(allowed_sites=f"{SITE}\nhttps://shop.example:8443")
    response = client.get("/f/contact-us/embed/")
    assert ancestors(response) == ["'self'", SITE, "https://shop.example:8443"]
    assert "X-Frame-Options" not in response.headers


def test_thanks_in_a_frame_may_be_framed_by_the_same_sites(client, defaults):
    InquiryForm.objects.update(allowed_sites=SITE)
    page = client.get("/f/contact-us/embed/?page=https://www.company.example/offer&referrer=https://search.example/")
    token = page.context["view"].token
    done = client.post("/f/contact-us/embed/", PERSON | {"token": token})
    assert ancestors(client.get(done.url)) == ["'self'", SITE]
    inquiry = Inquiry.objects.get()
    told = (inquiry.via, inquiry.landing_page, inquiry.referrer)
    assert told == ("frame", "https://www.company.example/offer", "https://search.example/")


@pytest.mark.parametrize(
    "sites",
    [
        "www.company.example",
        "https://company.example/path",
        "https://*.example",
        "*",
        "https://a.example; script-src *",
        "https://a.example,b",
        "javascript://a.example",
        "https://user@a.example",
    ],
)
def test_what_is_no_site_is_refused_and_never_reaches_a_header(client, defaults, sites):
    defaults.allowed_sites = sites
    with pytest.raises(ValidationError):
        defaults.full_clean()
    defaults.save()
    response = client.get("/f/contact-us/embed/")
    assert set(ancestors(response)) <= {"'self'", "https://a.example"}
    assert response.headers["Content-Security-Policy"].count("script-src") == 1


def test_page_address_and_campaign_parameters_are_cut_to_what_is_kept(client, defaults):
    address = "/f/contact-us/embed/?utm_source=" + "s" * 3_000 + "&utm_term=a%0d%0ab&page=" + "p" * 3_000
    token = client.get(address).context["view"].token
    client.post("/f/contact-us/embed/", PERSON | {"token": token})
    inquiry = Inquiry.objects.get()
    assert (len(inquiry.utm["utm_source"]), inquiry.utm["utm_term"], len(inquiry.landing_page)) == (200, "ab", 2_000)


def test_script_that_embeds_is_the_same_for_everybody(client, defaults):
    response = client.get("/f/contact-us/embed.js")
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert (response.headers["Cache-Control"], response.cookies) == ("public, max-age=600", {})
    assert client.get("/f/nothing/embed.js").status_code == 404


def test_views_and_starts_are_counted_by_posts_alone(client, defaults):
    for path in ("/f/contact-us/viewed/", "/f/contact-us/viewed/", "/f/contact-us/started/"):
        assert client.get(path).status_code == 405
        assert client.post(path).status_code == 204
    day = FormDay.objects.get()
    assert (day.views, day.starts) == (2, 1)
