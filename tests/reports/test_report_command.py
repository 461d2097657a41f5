import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from reports.catalog import REPORTS
from reports.statistics import wilson
from tests.factories import CampaignFactory, SourceFactory, UserFactory
from tests.reports.records import make_lead, make_leads

pytestmark = pytest.mark.django_db


def printed(*args):
    out = StringIO()
    call_command("report", *args, stdout=out)
    return out.getvalue()


def as_json(*args):
    return json.loads(printed(*args, "--format", "json"))


def refusal(*args):
    with pytest.raises(CommandError) as caught:
        printed(*args)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_close_rates_json_has_exactly_the_agreed_shape():
    make_leads(4, "nurtured", won=1, source=SourceFactory(key="web"))
    make_leads(2, "nurtured", won=1)
    web, none, total = wilson(1, 4), wilson(1, 2), wilson(2, 6)
    assert as_json("close-rates", "--by", "source") == {
        "report": "close-rates",
        "by": "source",
        "filters": {},
        "rows": [
            {"key": "web", "leads": 4, "won": 1, "rate": 0.25, "low": web.low, "high": web.high},
            {"key": "", "leads": 2, "won": 1, "rate": 0.5, "low": none.low, "high": none.high},
        ],
        "total": {"leads": 6, "won": 2, "rate": 2 / 6, "low": total.low, "high": total.high},
    }


def test_close_rates_json_of_an_empty_database():
    assert as_json("close-rates") == {
        "report": "close-rates",
        "by": "path",
        "filters": {},
        "rows": [],
        "total": {"leads": 0, "won": 0, "rate": None, "low": None, "high": None},
    }


def test_mix_json_has_exactly_the_agreed_shape():
    inquired = datetime(2026, 1, 7, tzinfo=UTC)
    make_leads(2, "self_qualified", inquired=inquired)
    make_leads(1, "unqualified", inquired=inquired)
    make_leads(4, inquired=inquired)
    figures = {
        "leads": 7,
        "self_qualified": 2,
        "nurtured": 0,
        "researched": 0,
        "unqualified": 1,
        "waiting": 4,
        "unqualified_per_qualified": 2.5,
    }
    assert as_json("mix") == {
        "report": "mix",
        "by": "week",
        "filters": {},
        "rows": [{"key": "2026-01-05", **figures}],
        "total": figures,
    }


def test_filters_are_options_and_are_named_in_the_result():
    source, campaign, owner = SourceFactory(key="web"), CampaignFactory(key="spring"), UserFactory()
    make_lead("nurtured", source=source, campaign=campaign, owner=owner)
    make_leads(3)
    narrowed = {
        "since": "2026-03-01",
        "until": "2026-03-31",
        "source": "web",
        "campaign": "spring",
        "path": "nurtured",
        "owner": owner.email,
    }
    found = as_json("close-rates", *(word for name, value in narrowed.items() for word in (f"--{name}", value)))
    assert (found["filters"], found["total"]["leads"]) == (narrowed, 1)


@pytest.mark.parametrize("option", ["--source", "--campaign", "--path", "--owner"])
def test_empty_option_means_none(option):
    make_lead("nurtured", source=SourceFactory(), campaign=CampaignFactory(), owner=UserFactory())
    make_leads(2)
    found = as_json("close-rates", option, "")
    assert (found["filters"], found["total"]["leads"]) == ({option[2:]: ""}, 2)


def test_report_as_a_user_counts_what_that_user_sees():
    rep = UserFactory()
    make_leads(2, "nurtured", owner=rep)
    make_leads(3, "nurtured", owner=UserFactory())
    assert as_json("close-rates", "--user", rep.email)["total"]["leads"] == 2
    assert as_json("close-rates")["total"]["leads"] == 5


def test_table_is_for_people():
    make_leads(10, "self_qualified", won=5)
    make_leads(10)
    assert printed("close-rates") == (
        "path                leads  won   rate    low   high\n"
        "Not yet with sales     10    0   0.0%   0.0%  27.8%\n"
        "Self-qualified         10    5  50.0%  23.7%  76.3%\n"
        "Total                  20    5  25.0%  11.2%  46.9%\n"
    )


def test_mix_table_has_no_ratio_where_none_qualified():
    make_lead(inquired=datetime(2026, 1, 7, tzinfo=UTC))
    assert printed("mix").splitlines()[1].split() == ["5", "Jan", "2026", "1", "0", "0", "0", "0", "1", "-"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), f"There is no report “”. Choose {' or '.join(REPORTS)} or back-test."),
        (("frogs",), f"There is no report “frogs”. Choose {' or '.join(REPORTS)} or back-test."),
        (("mix", "--format", "xml"), "There is no format “xml”. Choose table or json or csv."),
        (("close-rates", "--by", "moon"), "--by: “moon” is not one of: path, source, campaign, month, week, form, "
         "territory, rep, team, time_frame."),
        (("close-rates", "--answer", "moon:full"), "There is no answer “moon:full”. There are: none."),
        (("close-rates", "--path", "magic"), "--path: “magic” is not one of: "
         "none, self_qualified, nurtured, researched, unqualified."),
        (("close-rates", "--since", "yesterday"), "--since: Enter a valid date."),
        (("close-rates", "--since", "2026-02-30"), "--since: Enter a valid date."),
        (("close-rates", "--since", "2026-02-01", "--until", "2026-01-31"),
         "--until: The period ends before it starts."),
        (("mix", "--source", "web"), "There is no source “web”. There are: organic, paid."),
        (("mix", "--campaign", "x"), "There is no campaign “x”. There are: none."),
        (("mix", "--user", "x@r.example"), "There is no user “x@r.example”. There are: rep@r.example."),
        (("mix", "--user", ""), "There is no user “”. There are: rep@r.example."),
    ],
)  # fmt: skip
def test_bad_argument_is_refused_in_one_line(args, message):
    SourceFactory(key="paid")
    SourceFactory(key="organic")
    UserFactory(email="rep@r.example")
    assert refusal(*args) == message


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("option", ["--since", "--until"])
def test_day_outside_of_our_times_is_refused(option, day):
    assert refusal("mix", option, day).startswith(f"{option}: Ensure this value is")
