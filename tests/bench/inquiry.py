"""Posting a form to verdict, routed and answered, against a bare view that inserts one row.

Both by the same client over one connection to the same server, granian as ./run starts it, with the same middleware;
both commit. The throttle counts, but lets one address post as often as it likes. A client in the same process would
leave out the server, but what a prospect waits for has it.
"""

import contextlib
import http.client
import itertools
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlencode

from django.conf import settings

from leads.models import Assignment, Decision, Lead, Stage
from leads.services.setup import QUESTIONS
from scripts.common import ROOT
from scripts.valkey import free_port
from tests.bench.dataset import BEST_ANSWERS
from tests.bench.harness import WARM_UP, Line, in_turns
from tests.bench.models import BareRow

FORM, BARE, LIMIT = "/f/contact-us/", "/bench/bare/", 3
ONE_SENDER = {"FORM_POSTS_PER_ADDRESS": "0", "FORM_POSTS_PER_NETWORK": "0", "FORM_MIN_SECONDS": "0"}
SERVE = ["-m", "granian", "--interface", "wsgi", "--blocking-threads", "4", "--no-ws", "--log-level", "error"]
people = itertools.count()


def run(size: int) -> Iterator[Line]:
    rounds = min(size // 10, 300)
    warm_up = min(rounds, WARM_UP)
    with _server() as port, contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as client:
        prospect = Prospect(client)
        before = _made()
        timings = in_turns(lambda: prospect.post(FORM), lambda: prospect.post(BARE), rounds=rounds, warm_up=warm_up)
        sent = prospect.sent // 2
    assert _made() == [count + sent for count in before], "a post was answered, but not decided and routed"
    yield from timings.lines("inquiry", size, "form posted: verdict, routed, answered", limit=LIMIT)


def _made() -> list[int]:
    with_owner = Lead.objects.filter(stage=Stage.MQL).exclude(owner=None)
    return [manager.count() for manager in (with_owner, Decision.objects, Assignment.objects, BareRow.objects)]


class Prospect:
    """Opens the form once, then fills it in each time as somebody else, with answers that qualify."""

    def __init__(self, client: http.client.HTTPConnection) -> None:
        self._client, self.sent = client, 0
        client.request("GET", FORM)
        answer = client.getresponse()
        page = answer.read().decode()
        assert answer.status == 200, page
        self._hidden = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"(?! disabled)', page)
        time.sleep(settings.FORM_MIN_SECONDS)

    def post(self, path: str) -> None:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self._client.request("POST", path, urlencode([*self._hidden, *self._filled_in().items()]), headers)
        answer = self._client.getresponse()
        body = answer.read()
        assert answer.status == 302, body.decode()
        self.sent += 1

    def _filled_in(self) -> dict[str, str]:
        n = next(people)
        best = {f"answer-{key}": choices[BEST_ANSWERS[key] - 1][0] for key, _, _, choices in QUESTIONS}
        return best | {
            "first_name": "Alex",
            "last_name": f"Inquirer {n}",
            "email": f"alex{n}@inquirer{n}.example",
            "company": f"Inquirer {n}",
            "consent": "on",
        }


@contextlib.contextmanager
def _server() -> Iterator[int]:
    port = free_port()
    command = [sys.executable, *SERVE, "--host", "127.0.0.1", "--port", str(port), "tests.bench.wsgi:application"]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | ONE_SENDER)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as client:
            client.request("GET", FORM)
            client.getresponse()
            return
        time.sleep(0.1)
    raise RuntimeError("The web server did not start.")
