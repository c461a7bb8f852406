"""`python -m tests.chaos`: real processes, random faults, and whether anything was lost or doubled.

Progress goes to stderr, the table to stdout. Exit code 1: something was, and the folder with the logs is kept.
"""

import argparse
import sys
import time
from random import Random

from tests.chaos.faults import BY_NAME, FAULTS, choose_mix
from tests.chaos.report import table, told
from tests.chaos.storm import Storm
from tests.chaos.uploads import Uploads
from tests.chaos.world import forget, world

LOOK_EVERY = 5  # mixes


def main() -> int:
    options = _options()
    began = time.monotonic()
    with world() as made:
        _say(f"logs in {made.folder}, seed {options.seed}")
        random = Random(options.seed)
        uploads = Uploads(made, Random(options.seed))
        storm = Storm(made, uploads, random, say=_say)
        uploads.start()
        try:
            storm.warm_up()
            mixes = 0
            while len(made.history.faults) < options.faults and time.monotonic() - began < 60 * options.minutes:
                mix = choose_mix(random) if options.only is None else [BY_NAME[options.only]]
                recovery = storm.strike(mix[: options.faults - len(made.history.faults)])
                mixes += 1
                _say(
                    f"{time.monotonic() - began:5.0f} s  {len(made.history.faults):3} faults  "
                    f"{len(made.history.uploads):4} uploads  settled after {recovery.settled_s or -1:4.1f} s  "
                    f"{', '.join(recovery.faults)}"
                )
                if not mixes % LOOK_EVERY:
                    storm.look()
        except KeyboardInterrupt:
            _say("interrupted: the open work is finished and checked")
        repeated = storm.end()
    sys.stdout.write("\n".join([*table(storm, repeated), *told(storm)]) + "\n")
    sys.stdout.write(
        f"{len(made.history.uploads)} uploads, {made.history.refused_uploads} refused, {len(storm.violations)} "
        f"violations, {time.monotonic() - began:.0f} s, seed {options.seed}\n"
    )
    if storm.violations or options.keep:
        sys.stdout.write(f"logs kept in {made.folder}\n")
    else:
        forget(made)
    return 1 if storm.violations else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--faults", type=int, default=300, help="how many faults happen; 300 by default")
    parser.add_argument("--seed", type=int, default=1, help="which faults, when; 1 by default")
    parser.add_argument("--minutes", type=float, default=45, help="no further fault after this time; 45 by default")
    parser.add_argument("--only", choices=sorted(fault.name for fault in FAULTS), help="only this fault, alone")
    parser.add_argument("--keep", action="store_true", help="keep the logs, whatever was found")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
