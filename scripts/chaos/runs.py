"""Runs of Optakit that are killed or stopped at random moments."""

import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

from proxy import Proxy

LONGEST_RUN = 240
"""A run that takes longer than this, in seconds, counts as hanging."""
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
"""The library of Debian's package `faketime` on this architecture."""


@dataclass
class Plan:
    """What happens to a run."""

    command: list
    network: str
    seed: str
    start: float
    """Seconds after the start of the round."""
    skew: int
    """Seconds that its clock is ahead."""
    kill: float = None
    """When it is killed, in seconds after its start."""
    stop: tuple = None
    """When it is stopped, and for how long, in seconds."""

    def __str__(self):
        words = [f"after {self.start:.1f} s: optakit {' '.join(self.command)}"]
        words += [f"{self.network} network"]
        words += [f"clock {self.skew:+} s"] if self.skew else []
        words += [f"killed after {self.kill:.1f} s"] if self.kill is not None else []
        words += ["stopped after {:.1f} s for {:.1f} s".format(*self.stop)] if self.stop else []
        return ", ".join(words)


def random_plan(command, random, seed):
    """Returns a random plan for a run. The lock of a stopped run may expire."""
    networks, weights = ("calm", "slow", "flaky", "stormy"), (4, 2, 4, 1)
    plan = Plan(
        command=command,
        network=random.choices(networks, weights)[0],
        seed=seed,
        start=random.choice((0, 0, random.uniform(0, 3))),
        skew=random.choice((0, 0, 40, -40)),
    )
    if not os.path.exists(FAKETIME):
        plan.skew = 0
    what = random.random()
    if what < 0.3:
        plan.kill = random.uniform(0, 4)
    elif what < 0.45:
        length = random.uniform(1, 5) if random.random() < 0.7 else random.uniform(32, 40)
        plan.stop = (random.uniform(0, 3), length)
    return plan


class Run:
    """A run of Optakit through its own proxy."""

    def __init__(self, name, plan, folder, binary, cluster, journal):
        self.name, self.plan, self.journal = name, plan, journal
        self.folder, self.binary = folder, binary
        self.proxy = Proxy(name, plan.network, plan.seed, cluster, journal)
        self.kubeconfig = folder / f"{name}.kubeconfig"
        self.kubeconfig.write_text(json.dumps(self.proxy.kubeconfig()))
        self.output = folder / f"{name}.txt"
        self.violations = []
        self.code = None
        self.thread = threading.Thread(target=self.follow, daemon=True)
        self.thread.start()

    def follow(self):
        """Starts the run, does what its plan says, and waits for its end."""
        time.sleep(self.plan.start)
        with self.output.open("wb") as output:
            process = self.start(output)
            try:
                if self.plan.kill is not None and not ended(process, self.plan.kill):
                    self.signal(process, signal.SIGKILL)
                if self.plan.stop is not None:
                    at, length = self.plan.stop
                    if not ended(process, at):
                        self.signal(process, signal.SIGSTOP)
                        time.sleep(length)
                        self.signal(process, signal.SIGCONT)
                if not ended(process, LONGEST_RUN):
                    self.violations.append(f"{self.name} did not end within {LONGEST_RUN} s")
            finally:
                process.kill()
                self.code = process.wait()
        with self.journal.lock:
            self.journal.add(f"{self.name}: exit code {self.code}")
        self.check_exit()

    def start(self, output):
        """Starts the process."""
        environment = {**os.environ, "NO_COLOR": "1"}
        environment.pop("CI", None)
        if self.plan.skew:
            environment["LD_PRELOAD"] = FAKETIME
            environment["FAKETIME"] = f"{self.plan.skew:+}s"
            environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
        command = [self.binary, *self.plan.command, "--kubeconfig", str(self.kubeconfig)]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def signal(self, process, number):
        """Sends a signal, and records it."""
        with self.journal.lock:
            self.journal.add(f"{self.name}: {number.name}")
        process.send_signal(number)

    def check_exit(self):
        """A run may fail, but it never panics and no signal ends it, except those of the test."""
        text = self.output.read_text(errors="replace")
        was_killed = self.plan.kill is not None and self.code == -signal.SIGKILL
        if self.code < 0 and not was_killed:
            self.violations.append(f"{self.name} was ended by signal {-self.code}")
        if "panicked" in text:
            self.violations.append(f"{self.name} panicked:\n{text}")

    def finish(self):
        """Waits for the end of the run, and closes its proxy."""
        self.thread.join()
        self.proxy.shutdown()
        self.proxy.server_close()


def ended(process, seconds):
    """Waits until a process ends. Returns whether it ended within the time."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True
