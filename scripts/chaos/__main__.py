"""Runs Optakit many times, with random services and random faults, and checks what must always be
true: one writer at a time, no object left over, no object of others touched, no Deployment below
its minimum, a readable history, a free lock, and a next run that succeeds.

The variables of scripts/testbed.sh name the cluster. A failed episode prints its seed.
"""

import argparse
import os
import secrets
import sys
import time

from cluster import Cluster
from episode import Episode


def arguments():
    """Returns the arguments of the command line."""
    parser = argparse.ArgumentParser(prog="scripts/chaos.sh", description=__doc__)
    parser.add_argument("--binary", required=True, help="the program to test")
    parser.add_argument("--minutes", type=float, default=10, help="how long to start new episodes")
    parser.add_argument("--episodes", type=int, help="the number of episodes, instead of a time")
    parser.add_argument("--seed", help="the seed of the run, or SEED:EPISODE for one episode")
    return parser.parse_args()


def seeds(seed, episodes):
    """Yields the seed of each episode."""
    if seed and ":" in seed:
        yield seed
        return
    seed = seed or secrets.token_hex(4)
    number = 0
    while episodes is None or number < episodes:
        number += 1
        yield f"{seed}:{number}"


def main():
    """Plays episodes until the time is over or one fails."""
    options = arguments()
    kubeconfig = os.environ["OPTAKIT_TEST_KUBECONFIG"]
    cluster = Cluster(kubeconfig, os.environ["OPTAKIT_TEST_KUBECTL"])
    end = time.monotonic() + options.minutes * 60
    runs = killed = stopped = requests = faults = played = 0
    for seed in seeds(options.seed, options.episodes):
        if options.episodes is None and time.monotonic() > end:
            break
        episode = Episode(seed, os.path.abspath(options.binary), cluster)
        holds = episode.play()
        journal = episode.journal
        print(
            f"episode {seed}: {episode.runs} runs, {episode.killed} killed, "
            f"{episode.stopped} stopped, {journal.requests} requests, {journal.faults} faults",
            flush=True,
        )
        if not holds:
            print(episode.explain())
            print(f"\nfailed; repeat this episode with: make chaos SEED={seed}")
            return 1
        played += 1
        runs += episode.runs
        killed += episode.killed
        stopped += episode.stopped
        requests += journal.requests
        faults += journal.faults
    print(
        f"{played} episodes: {runs} runs, {killed} killed, {stopped} stopped, "
        f"{requests} requests, {faults} faults; every invariant held"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
