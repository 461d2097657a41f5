"""The command line of ./run. Standard library only."""

import argparse
import os
from collections.abc import Sequence

DESCRIPTION = "Ripen, a lead-qualification CRM. Without a command: installs what is missing, then starts Ripen."


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 1 to 65535")


def _sizes(text: str) -> list[int]:
    """10k,100k,1M, smallest first."""
    units = {"k": 1_000, "m": 1_000_000}
    parts = [part.strip().lower() for part in text.split(",")]
    numbers = [part[:-1] if part[-1:] in units else part for part in parts]
    if not all(number.isdecimal() and int(number) for number in numbers):
        raise argparse.ArgumentTypeError(f"{text!r} are no sizes: give them as 10k,100k,1M")
    return sorted({int(n) * units.get(part[-1], 1) for n, part in zip(numbers, parts, strict=True)})


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number")


def _touches(text: str) -> int:
    number = _number(text)
    if number and number % 4 == 0:
        return number
    raise argparse.ArgumentTypeError(f"{text!r} is not a multiple of 4: each lead gets four mails")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run", description=DESCRIPTION, epilog="README.md lists the environment variables.", allow_abbrev=False
    )
    parser.add_argument(
        "--port", type=_port, default=os.environ.get("PORT") or "8000", help="where the web server listens (PORT, 8000)"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address the web server listens on (127.0.0.1)")
    parser.add_argument("--no-demo", dest="demo", action="store_false", help="no demo company in a new database")
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("test", help="the tests, on SQLite and on PostgreSQL; pytest's own arguments may follow")
    commands.add_parser("check", help="style, types, layers, templates, migrations, deployment, lock files, audits")
    bench = commands.add_parser("bench", help="one table of ratios against their limits, on PostgreSQL")
    bench.add_argument("--size", type=_sizes, default="10k,100k", help="records to measure with (10k,100k); also 1M")
    bench.add_argument("--only", action="append", metavar="NAME", help="this benchmark alone; may be given again")
    chaos = commands.add_parser("chaos", help="mails while workers and servers are killed: none lost, none doubled")
    chaos.add_argument("--touches", type=_touches, default="20000", help="mails to send, a multiple of 4 (20000)")
    chaos.add_argument("--kills", type=_number, default="100", help="of workers; brokers and databases follow (100)")
    chaos.add_argument("--seed", type=_number, help="what goes wrong when; by chance")
    commands.add_parser("lock", help="compile requirements/*.txt from pyproject.toml")
    return parser


def parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = _parser()
    options, rest = parser.parse_known_args(argv)
    options.pytest_args = rest
    if rest and options.command != "test":
        parser.error(f"unknown: {' '.join(rest)}")
    return options
