import smtplib
from io import StringIO

import pytest
from django.apps import apps
from django.conf import settings
from django.core.mail import get_connection
from django.core.management import CommandError, call_command
from django.core.management.color import no_style
from django.db import connection, transaction

from crm.campaigns.models import Path
from crm.opportunities.models import Opportunity
from crm.people.models import Quota, Role, Territory, User
from leads.models import Decision, Inquiry, Lead
from nurture.models import Click, InboundMail, Touch
from simulation.engine import Plan, simulate
from simulation.mail import BACKEND, RealMail, no_real_mail, refuse_real_mail
from simulation.market import LOOKING, ORIGINS
from simulation.prospects import Population
from tests.factories import NOW, UserFactory
from tests.simulation.conftest import UNTIL

SMALL = Plan(until=UNTIL, seed=3, months=2, leads=40, reps=4, nurtured=1)


def figures():
    """What a report could show, without what differs by nature (ids, tokens)."""
    return (
        list(Lead.objects.order_by("pk").values_list("email", "stage", "path", "score", "stage_changed_at")),
        list(Inquiry.objects.order_by("pk").values_list("received_at", "payload")),
        list(Opportunity.objects.order_by("pk").values_list("name", "status", "amount", "closed_at")),
        list(Touch.objects.order_by("pk").values_list("state", "due_at", "sent_at")),
        list(InboundMail.objects.order_by("pk").values_list("kind", "sender", "received_at")),
        list(Click.objects.order_by("pk").values_list("on", "at", "verdict")),
        Decision.objects.count(),
    )


def run_and_take_figures(plan):
    """Draws go by the ids of leads, and PostgreSQL does not take back the ids that were given before a rollback."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
                cursor.execute(statement)
        simulate(plan)
        taken = figures()
        transaction.set_rollback(True)
    return taken


@pytest.mark.django_db
def test_same_seed_same_figures():
    first = run_and_take_figures(SMALL)
    assert run_and_take_figures(SMALL) == first
    assert run_and_take_figures(Plan(until=UNTIL, seed=4, months=2, leads=40, reps=4)) != first


@pytest.mark.django_db
def test_company_has_its_people_and_places():
    simulate(Plan(until=UNTIL, months=1, leads=1, reps=6))
    roles = list(User.objects.order_by("pk").values_list("role", flat=True))
    assert roles[:3] == [Role.SALES_MANAGER, Role.MARKETING_MANAGER, Role.ADMINISTRATOR]
    assert roles[3:] == [Role.REP] * 6
    assert [t.owners.count() for t in Territory.objects.order_by("pk")] == [2, 2, 1, 1]
    assert Quota.objects.filter(starts_on__lte=UNTIL, ends_on__gt=UNTIL).count() == 6
    assert User.objects.get(email="rep@demo.example").check_password("ripen-demo")


@pytest.mark.django_db
def test_an_interrupted_simulation_leaves_nothing():
    def interrupt(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(SMALL, progress=interrupt)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_most_of_the_market_is_not_ready_to_buy():
    from random import Random

    population, rng = Population(Random(5)), Random(6)
    minds = [population.invent(rng.choices(ORIGINS, [o.weight for o in ORIGINS])[0]).mind for _ in range(1_000)]
    looking = sum(mind is LOOKING for mind in minds)
    assert 0.75 < looking / 1_000 < 0.9


@pytest.mark.django_db
def test_no_mail_leaves_the_machine(settings, monkeypatch):
    """Even where real sending is set up."""

    def refuse(*args, **kwargs):
        raise AssertionError("a connection to a mail server was opened")

    monkeypatch.setattr(smtplib, "SMTP", refuse)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    simulate(SMALL)
    assert Touch.objects.filter(kind="email", state="sent").exists()
    assert settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend"


def test_delivery_outside_of_the_safe_postbox_is_refused():
    with pytest.raises(RealMail):
        refuse_real_mail()
    with no_real_mail(keep_from=NOW):
        refuse_real_mail()
        assert settings.EMAIL_BACKEND == BACKEND
        assert type(get_connection()).__name__ == "Postbox"


@pytest.mark.django_db
def test_mix_is_of_the_size_that_the_market_promises():
    """Eight to twelve inquiries for one qualified prospect; in a small sample with room."""
    simulate(Plan(until=UNTIL, seed=11, months=3, leads=200, reps=4, nurtured=0.5))
    qualified = Lead.objects.exclude(path__in=["", Path.UNQUALIFIED]).count()
    assert 5 < (Lead.objects.count() - qualified) / qualified < 20


def run(*args):
    out = StringIO()
    call_command("simulate", *args, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_command_makes_the_company_and_prints_the_log_ins():
    output = run("--leads", "5", "--months", "1", "--reps", "4", "--until", "2026-03-10")
    assert output.splitlines() == [
        f"The demo company is there, with {Lead.objects.count()} leads.",
        "Log in with the password ripen-demo as:",
        "  rep@demo.example         Sales rep",
        "  manager@demo.example     Sales manager",
        "  marketing@demo.example   Marketing manager",
        "  admin@demo.example       Administrator",
    ]


@pytest.mark.django_db
def test_command_leaves_a_database_with_people_alone():
    UserFactory()
    assert run("--if-empty") == ""
    with pytest.raises(CommandError, match="needs an empty one"):
        run()
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--leads", "many", "--leads is a number from 1 to 100,000, not “many”."),
        ("--leads", "0", "--leads is a number from 1 to 100,000, not “0”."),
        ("--months", "-3", "--months is a number from 1 to 120, not “-3”."),
        ("--reps", "²", "--reps is a number from 1 to 500, not “²”."),
        ("--until", "tomorrow", "--until is a date like 2026-05-01, not “tomorrow”."),
        ("--until", "0001-01-01", "--until is a date from 2000-01-01 to today, not “0001-01-01”."),
        ("--until", "2999-01-01", "--until is a date from 2000-01-01 to today, not “2999-01-01”."),
    ],
)
@pytest.mark.django_db
def test_bad_argument_is_one_clear_line(option, value, message):
    with pytest.raises(CommandError) as refused:
        run(f"{option}={value}")
    assert str(refused.value) == message
    assert not User.objects.exists()
