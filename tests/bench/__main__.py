"""python -m tests.bench --size 10000,100000 [--only NAME]: started by ./run bench, which names the servers."""

import argparse
import sys

import django


def main() -> int:
    options = _options()
    django.setup()
    from tests.bench import catalog, harness

    unknown = set(options.only) - set(catalog.BENCHMARKS)
    if unknown:
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(catalog.BENCHMARKS)}.")
    lines = catalog.run(sizes=[int(size) for size in options.size.split(",")], only=options.only)
    print(f"\n{harness.table(lines)}\n")
    missed = [line for line in lines if line.missed]
    print(f"{len(missed)} of {sum(line.limit is not None for line in lines)} limits missed.")
    return 1 if missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", required=True)
    parser.add_argument("--only", action="append", default=[])
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
