"""python -m tests.chaos --touches 20000 --kills 100: started by ./run chaos. The last line is one of JSON."""

import argparse
import json
import logging
import random
import sys

PATIENCE = 180.0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--touches", type=int, required=True)
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    parser.add_argument("--settings", default="crm.config.settings")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    from tests.chaos.run import run

    found = run(
        touches=options.touches,
        kills=options.kills,
        seed=options.seed,
        settings=options.settings,
        patience=PATIENCE,
    )
    print(json.dumps(found), flush=True)
    return 1 if found["lost"] or found["doubled"] or found["untrue"] else 0


if __name__ == "__main__":
    sys.exit(main())
