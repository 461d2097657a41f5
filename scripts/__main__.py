"""What ./run does once everything is installed."""

import signal
import sys

from scripts import assets, benching, chaosing, checking, cli, environment, locks, serving, testing
from scripts.common import ROOT, Failed, Problem


def main() -> int:
    options = cli.parse(sys.argv[1:])
    for stop in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, lambda number, frame: sys.exit(128 + number))
    if options.command is None:
        environment.read(ROOT / ".env")
        options = cli.parse(sys.argv[1:])  # PORT may stand in .env
        return serving.serve(host=options.host, port=options.port, demo=options.demo)
    if options.command == "lock":
        return locks.write()
    assets.build()
    if options.command == "chaos":
        return chaosing.run(touches=options.touches, kills=options.kills, seed=options.seed)
    if options.command == "bench":
        return benching.run(sizes=options.size, only=options.only or [])
    return testing.run(options.pytest_args) if options.command == "test" else checking.run()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Problem, Failed, PermissionError) as problem:
        sys.exit(f"Ripen: {problem}")
    except KeyboardInterrupt:
        sys.exit(130)
