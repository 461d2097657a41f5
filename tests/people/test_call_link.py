import pytest
import time_machine
from django.template import Context, Template

PHONE = "+14155550132"  # San Francisco


def link(moment, **values):
    text = "{% load phones %}{% call_link phone zone=zone do_not_call=stop %}"
    with time_machine.travel(moment, tick=False):
        return Template(text).render(Context({"phone": PHONE, "zone": "", "stop": False} | values))


@pytest.mark.parametrize(
    ("moment", "pressed"),
    [("2026-03-10T15:00:00Z", True), ("2026-03-10T14:59:00Z", False), ("2026-03-11T04:00:00Z", False)],
)
def test_number_is_a_link_only_while_calling_is_allowed_there(moment, pressed):
    assert (f'href="tel:{PHONE}"' in link(moment), PHONE in link(moment)) == (pressed, True)


def test_zone_of_the_person_goes_before_that_of_the_number():
    assert "it is 23:30 there" in link("2026-03-10T22:30:00Z", zone="Europe/Berlin")


def test_number_not_to_be_called_is_never_a_link():
    assert "href" not in link("2026-03-10T16:00:00Z", stop=True)
