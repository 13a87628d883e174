"""Run by `make bench-fusion`. Short form: python -m tests.bench.fusion --days 4 --blocks 12

Each stream is kept under var/bench-fusion when it is done, as long as neither the simulator nor the
benchmark change, nor what they use of core; a run that was stopped goes on where it was. The
documents are written when all streams of the whole scenario are there; --write writes them of what
is there, and says so.
"""

import argparse
import multiprocessing
import os
import time

from hazardmap.core.fusion.params import FusionParams
from tests.bench.fusion.figures import summary
from tests.bench.fusion.kept import Stream
from tests.bench.fusion.report import found, show, size, write
from tests.bench.fusion.run import run, warmed_up
from tests.sim.scenario import scenario
from tests.sim.town import Town

LIARS = 0.2

WARM_UP_SEED, WARM_UP_DAYS = 1, 7.0  # of the same world; no seed on which figures are taken


_to_run: list[Stream] = []  # of a worker, by fork: learned parameters hold what cannot be sent


def assigned(streams: list[Stream]) -> None:
    _to_run[:] = streams


def one(number: int) -> None:
    stream = _to_run[number]
    began = time.process_time()
    town = Town(scenario(blocks=stream.blocks, liars=stream.liars), stream.seed, stream.days)
    stream.keep(summary(run(town, stream.params)))
    spent_s = time.process_time() - began
    print(f"seed {stream.seed} liars {stream.liars}: {spent_s:.0f} s", flush=True)


def asked_for(options: argparse.Namespace, params: FusionParams) -> list[Stream]:
    """The streams in the order in which they are run: the attack follows its own seed."""
    size = options.days, options.blocks
    streams = [Stream(seed, *size, None, params) for seed in options.seeds]
    if options.attack:
        streams.insert(1, Stream(options.seeds[0], *size, LIARS, params))
    return streams


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=scenario()["seeds"])
    parser.add_argument("--days", type=float)
    parser.add_argument("--blocks", type=int)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--write", action="store_true", help="write what is not whole, as such")
    parser.add_argument("--kept", action="store_true", help="run nothing, tell what is there")
    parser.add_argument("--learn", action="store_true", help="learn the parameters first")
    parser.add_argument("--attack", action=argparse.BooleanOptionalAction, default=True)
    return parser


def main() -> None:
    options = arguments().parse_args()
    params = FusionParams()
    if options.learn:
        began = time.process_time()
        warm_up = Town(scenario(blocks=options.blocks), WARM_UP_SEED, WARM_UP_DAYS)
        params = warmed_up(warm_up)
        print(f"learned in {time.process_time() - began:.0f} s: {params}", flush=True)
    streams = asked_for(options, params)
    missing = [stream for stream in streams if stream.kept() is None]
    if missing and not options.kept:
        workers = multiprocessing.get_context("fork")
        with workers.Pool(options.processes, assigned, (missing,), maxtasksperchild=1) as pool:
            pool.map(one, range(len(missing)), chunksize=1)
    there = ((stream, stream.kept()) for stream in streams)
    done = [(stream, kept) for stream, kept in there if kept is not None]
    if not any(stream.liars is None for stream, _ in done):
        raise SystemExit("no honest stream has been run yet; leave out --kept to run them")
    shown = found(done, params)
    show(done, shown)
    scenario_whole = options.days is None and options.blocks is None and options.attack
    scenario_whole = scenario_whole and options.seeds == scenario()["seeds"]
    if options.write or (scenario_whole and len(done) == len(streams)):
        write(shown, size(done, streams, scenario_whole))


if __name__ == "__main__":
    main()
