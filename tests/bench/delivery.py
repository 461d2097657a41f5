"""Celery workers send what is due, against a bare task that sends the same mails: to the same sink over kept
connections, one worker process each, all of it waiting in the broker before a worker starts. And two workers against
one, where the mail server takes its time."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import time, timedelta
from statistics import median

from django.utils import timezone

from leads.models import Lead, Question, Stage
from nurture.mail.message import build
from nurture.models import Enrollment, Sequence, Step, StepKind, Touch, TouchKind, TouchState
from nurture.services.claims import bundles, claim_due
from nurture.services.sequences import publish_sequence
from nurture.services.setup import FIRST_MAIL
from nurture.tasks import deliver_touches
from scripts.common import ROOT
from tests.bench.harness import Line
from tests.bench.sink import Sink, running
from tests.bench.tasks import send_mail

RATE, TWO = 0.7, 1.7  # of the bare task's rate; of one worker's rate
MAILS, SLOW_MAILS, ROUNDS = 1_000, 400, 3  # fewer where there are fewer leads
SLOW = 0.05
LATER = timedelta(days=1)
WORKER = [
    "-m",
    "celery",
    "-A",
    "crm.config",
    "worker",
    "-c",
    "1",
    "-l",
    "error",
    "--without-gossip",
    "--without-mingle",
]


def run(size: int) -> Iterator[Line]:
    mails, slow_mails = min(MAILS, size // 4), min(SLOW_MAILS, size // 4)
    with running() as sink:
        timings = [(_timed(sink, _ours, mails), _timed(sink, _bare, mails)) for _ in range(ROUNDS)]
    ours, bare = (median(side) for side in zip(*timings, strict=True))
    yield Line("delivery", size, "a mail, by one worker", ours, bare, limit=1 / RATE)
    with running(SLOW) as sink:
        two, one = (_timed(sink, _ours, slow_mails, workers=workers) for workers in (2, 1))
    yield Line("delivery", size, "a mail of 50 ms, two workers against one", two, one, limit=1 / TWO)


def _timed(sink: Sink, enqueue: Callable[[int], str], mails: int, *, workers: int = 1) -> float:
    """Seconds a mail, once the workers have warmed up."""
    queue = enqueue(mails)
    with contextlib.ExitStack() as stack:
        for number in range(workers):
            stack.enter_context(_worker(f"bench{number}", queue, sink.url))
        times = sink.times(mails)
    warm = mails // 10
    return (times[-1] - times[warm]) / (mails - 1 - warm)


@contextlib.contextmanager
def _worker(name: str, queue: str, email_url: str) -> Iterator[None]:
    env = os.environ | {"EMAIL_URL": email_url, "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen([sys.executable, *WORKER, "-n", name, "-Q", queue], cwd=ROOT, env=env)
    try:
        yield
    finally:
        process.terminate()  # a warm shutdown: what was sent is written down
        process.wait(timeout=60)


def _ours(mails: int) -> str:
    _plan(mails)
    claims = claim_due(now=timezone.now(), limit=mails)
    assert len(claims) == mails
    for bundle in bundles(claims):
        deliver_touches.delay([claim.touch_id for claim in bundle], str(bundle[0].token))
    return "delivery"


def _bare(mails: int) -> str:
    _plan(mails)
    planned = Touch.objects.select_related("enrollment__lead", "enrollment__sequence", "step__question")
    for touch in planned:
        mail = build(touch, now=timezone.now())
        (html, _), *_ = mail.alternatives
        arguments = (mail.subject, mail.body, html, mail.from_email, mail.to[0], mail.extra_headers)
        send_mail.apply_async(arguments, queue="bare")
    return "bare"


def _plan(mails: int) -> None:
    """So many leads with a mail that is due, in a sequence that goes on after it."""
    Touch.objects.all().delete()
    Enrollment.objects.all().delete()
    step, now = _step(), timezone.now()
    leads = list(Lead.objects.filter(stage=Stage.UNQUALIFIED).order_by("pk").values_list("pk", flat=True)[:mails])
    Lead.objects.filter(pk__in=leads).update(country="", touched_at=None)
    enrollments = Enrollment.objects.bulk_create(
        Enrollment(lead_id=pk, sequence=step.sequence, enrolled_at=now, due_at=now + LATER) for pk in leads
    )
    Touch.objects.bulk_create(
        Touch(enrollment=one, step=step, kind=TouchKind.EMAIL, state=TouchState.PLANNED, due_at=now)
        for one in enrollments
    )


def _step() -> Step:
    """The first mail that a new company sends, at any hour."""
    if not Sequence.objects.filter(key="delivery").exists():
        always = {"window_start": time(0), "window_end": time.max, "weekdays": list(range(7))}
        sequence = Sequence.objects.create(key="delivery", name="Delivery", **always)
        question = Question.objects.get(key="time_frame")
        Step.objects.create(
            sequence=sequence, position=0, kind=StepKind.EMAIL, subject="One question, {{ first_name }}",
            body=FIRST_MAIL, question=question,
        )  # fmt: skip
        Step.objects.create(sequence=sequence, position=1, kind=StepKind.WAIT, wait_days=3)
        publish_sequence(sequence=sequence)
    return Step.objects.select_related("sequence").get(sequence__key="delivery", kind=StepKind.EMAIL)
