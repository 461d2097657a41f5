"""python -m tests.bench.sink PORT SECONDS: takes every mail after SECONDS, and says when it took each.

A process of its own, as a mail server is. It prints the time of each mail on a line, on the clock that all processes
share."""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from aiosmtpd.smtp import SMTP

from scripts.common import ROOT
from scripts.valkey import free_port


class Handler:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self._seconds:
            await asyncio.sleep(self._seconds)
        print(time.monotonic(), flush=True)
        return "250 OK"


async def serve(port: int, seconds: float) -> None:
    loop, handler = asyncio.get_running_loop(), Handler(seconds)
    server = await loop.create_server(lambda: SMTP(handler, hostname="sink", loop=loop), "127.0.0.1", port)
    print("ready", flush=True)
    await server.serve_forever()


class Sink:
    """A running one, as the benchmark sees it."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process, self.url = process, f"smtp://127.0.0.1:{port}"

    def times(self, mails: int) -> list[float]:
        """Waits for so many."""
        return [float(self.line()) for _ in range(mails)]

    def line(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the mail sink has ended"
        return line


@contextlib.contextmanager
def running(seconds: float = 0) -> Iterator[Sink]:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.sink", str(port), str(seconds)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    sink = Sink(process, port)
    try:
        assert sink.line() == "ready\n"
        yield sink
    finally:
        process.terminate()
        process.wait(timeout=10)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
