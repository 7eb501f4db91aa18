"""An episode: some rounds of runs on one layer, and the invariants after each round."""

import json
import random
import subprocess
import tempfile
import time
from pathlib import Path

from cluster import DeploymentWatch
from proxy import Journal
from runs import Run, random_plan
from services import ENVIRONMENT, random_service

NAMESPACE = "/namespaces/{}"
KINDS = {
    "ServiceAccount": f"/api/v1{NAMESPACE}/serviceaccounts",
    "ConfigMap": f"/api/v1{NAMESPACE}/configmaps",
    "Service": f"/api/v1{NAMESPACE}/services",
    "Deployment": f"/apis/apps/v1{NAMESPACE}/deployments",
    "HorizontalPodAutoscaler": f"/apis/autoscaling/v2{NAMESPACE}/horizontalpodautoscalers",
    "PodDisruptionBudget": f"/apis/policy/v1{NAMESPACE}/poddisruptionbudgets",
    "Ingress": f"/apis/networking.k8s.io/v1{NAMESPACE}/ingresses",
}
"""The kinds that a bundle of these services can have. Objects of other kinds are not deleted."""
SECRETS = f"/api/v1{NAMESPACE}/secrets"
OURS = "app.kubernetes.io/managed-by=optakit"
LEASES = f"/apis/coordination.k8s.io/v1{NAMESPACE}/leases"
MOST_REVISIONS = 20

FOREIGN = """\
apiVersion: v1
kind: ConfigMap
metadata: {{name: foreign}}
data: {{a: b}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: optakit-foreign, labels: {{app.kubernetes.io/part-of: {layer}}}}}
data: {{a: b}}
---
apiVersion: v1
kind: Secret
metadata: {{name: optakit.{layer}.v3}}
stringData: {{a: b}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: foreign}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: foreign}}}}
  template:
    metadata: {{labels: {{app: foreign}}}}
    spec: {{containers: [{{name: app, image: acme/foreign}}]}}
"""


class Episode:
    """The rounds of one seed, which starts with an empty layer."""

    def __init__(self, seed, binary, cluster):
        self.random = random.Random(seed)
        self.seed, self.binary, self.cluster = seed, binary, cluster
        self.layer = f"chaos-{self.random.randrange(16**6):06x}"
        self.journal = Journal(self.layer)
        # Deleted with this object.
        self.temporary = tempfile.TemporaryDirectory(prefix="optakit-chaos-")
        self.folder = Path(self.temporary.name)
        self.violations, self.plans, self.services = [], [], []
        self.runs = self.killed = self.stopped = 0

    def play(self):
        """Plays all rounds. Returns whether every invariant is true."""
        cluster, layer = self.cluster, self.layer
        # A repeated episode has the same layer.
        cluster.kubectl("delete", "namespace", layer, "--ignore-not-found")
        cluster.kubectl("create", "namespace", layer)
        cluster.kubectl("-n", layer, "apply", "-f", "-", text=FOREIGN.format(layer=layer))
        (self.folder / "env.yml").write_text(ENVIRONMENT)
        self.foreign = self.read_foreign()
        self.watch = DeploymentWatch(cluster, layer)
        try:
            for number in range(1, self.random.randint(3, 5) + 1):
                self.round(number)
                if self.violations:
                    return False
            self.check_destroy()
        finally:
            self.watch.stop()
            cluster.kubectl("delete", "namespace", layer, "--wait=false")
        return not self.violations

    def bundle(self, service, name):
        """Writes the bundle of a service. Returns its file name."""
        self.services.append(service)
        (self.folder / "opta.yml").write_text(service.text)
        file = f"{name}.bundle.json"
        run = self.direct(["bundle", "--quiet", "-o", file])
        if run.returncode != 0:
            raise RuntimeError(f"the service is not valid:\n{service.text}\n{run.stderr}")
        return file

    def direct(self, command):
        """Runs Optakit to its end, without faults."""
        command = [self.binary, *command]
        return subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=300, check=False
        )

    def on_cluster(self, command):
        """Runs a command on the cluster to its end, without faults."""
        return self.direct([*command, "--kubeconfig", self.cluster.kubeconfig])

    def round(self, number):
        """Starts one to three runs at once, then checks the invariants."""
        self.journal.lines.append(f"round {number}")
        self.plans.append(f"round {number}")
        runs = []
        for index in range(1, self.random.choices((1, 2, 3), (3, 4, 2))[0] + 1):
            name = f"run{number}{'abc'[index - 1]}"
            file = self.bundle(random_service(self.layer, self.random), name)
            plan = random_plan(self.command(file), self.random, f"{self.seed}/{name}")
            self.plans.append(f"  {name}: {plan}")
            runs.append((name, plan))
        started = [
            Run(name, plan, self.folder, self.binary, self.cluster, self.journal)
            for name, plan in runs
        ]
        for run in started:
            run.finish()
            self.violations += run.violations
            self.runs += 1
            self.killed += run.code == -9
            self.stopped += run.plan.stop is not None
        self.violations += self.journal.violations
        self.check_replicas()
        self.check_converges(number)
        self.check_foreign()

    def command(self, file):
        """Returns a random command that changes the layer."""
        options = ["--yes", "--timeout", "60"]
        if self.random.random() < 0.2:
            return ["rollback", file, *options]
        keep = ["--on-failure", "keep"] if self.random.random() < 0.2 else []
        # The services of a random bundle may all have other names than before.
        always = ["--skip-aws", "--replace-services", "--wait-lock", "120"]
        return ["apply", file, *always, *options, *keep]

    def check_replicas(self):
        """No Deployment drops below the minimum of every service that the runs could apply."""
        for name, counts in self.watch.take().values():
            known = [s.minimum[name] for s in self.services if name in s.minimum]
            if not known:
                continue
            for before, after in zip(counts, counts[1:]):
                if after < before and after < min(known):
                    drop = f"{name} dropped from {before} to {after} pods"
                    self.violations.append(
                        f"{drop}, but no service asks for less than {min(known)}"
                    )

    def check_converges(self, number):
        """The next run finishes all work: one apply succeeds, and a plan then has no changes."""
        service = random_service(self.layer, self.random, may_fail=False)
        file = self.bundle(service, f"next{number}")
        self.journal.holder = "the next run"
        started = time.monotonic()
        command = ["apply", file, "--skip-aws", "--replace-services", "--yes"]
        command += ["--wait-lock", "60"]
        self.expect(0, command)
        with self.journal.lock:
            self.journal.add(f"the next run took {time.monotonic() - started:.1f} s")
        if self.violations:
            return
        self.expect(0, ["plan", file])
        self.expect(0, ["history", file])
        self.expect(0, ["status", file])
        self.check_replicas()
        manifests = json.loads((self.folder / file).read_text())["manifests"]
        wanted = {identity(m["kind"], m) for m in manifests if m["kind"] != "Namespace"}
        ours = set(self.ours())
        parent = ("ConfigMap", f"optakit-{self.layer}")
        for missing in sorted(wanted - ours):
            self.violations.append(f"{' '.join(missing)} is missing")
        for leftover in sorted(ours - wanted - {parent}):
            self.violations.append(f"{' '.join(leftover)} was left over")
        self.check_own_objects()

    def check_own_objects(self):
        """The lock is free, and the history keeps at most twenty revisions."""
        leases = self.cluster.items(LEASES.format(self.layer))
        held = [lease for lease in leases if lease["spec"].get("holderIdentity")]
        if held:
            self.violations.append(f"the lock is still held: {held[0]['spec']}")
        revisions = self.cluster.items(f"{SECRETS.format(self.layer)}?labelSelector={OURS}")
        if len(revisions) > MOST_REVISIONS:
            self.violations.append(f"the history has {len(revisions)} revisions")

    def expect(self, code, command):
        """Runs a command on the cluster, which must end with an exit code."""
        run = self.on_cluster(command)
        if run.returncode != code:
            text = f"{run.stdout}{run.stderr}"
            self.violations.append(f"{' '.join(command)}: exit code {run.returncode}\n{text}")

    def ours(self):
        """Yields the identities of the objects that Optakit applied."""
        for kind, path in KINDS.items():
            for item in self.cluster.items(f"{path.format(self.layer)}?labelSelector={OURS}"):
                yield identity(kind, item)

    def read_foreign(self):
        """Returns what Optakit must not change, with the fields that a change would change."""
        kinds = {kind: KINDS[kind] for kind in ("ConfigMap", "Deployment")}
        objects = {}
        for kind, path in {**kinds, "Secret": SECRETS}.items():
            for item in self.cluster.items(path.format(self.layer)):
                name = item["metadata"]["name"]
                if name in ("foreign", "optakit-foreign", f"optakit.{self.layer}.v3"):
                    fields = item.get("data") or item["metadata"]["generation"]
                    labels = item["metadata"].get("labels")
                    objects[kind, name] = (item["metadata"]["uid"], fields, labels)
        return objects

    def check_foreign(self):
        """No object of others was changed or deleted."""
        now = self.read_foreign()
        for key, before in self.foreign.items():
            if now.get(key) != before:
                self.violations.append(f"{' '.join(key)} of others changed: {now.get(key)}")

    def check_destroy(self):
        """A destroy leaves nothing of Optakit, and everything of others."""
        file = f"next{len([plan for plan in self.plans if plan.startswith('round')])}.bundle.json"
        self.expect(0, ["destroy", file, "--yes"])
        for leftover in self.ours():
            self.violations.append(f"{' '.join(leftover)} was left over by destroy")
        self.check_foreign()

    def explain(self):
        """Returns what happened, for people."""
        outputs = sorted(self.folder.glob("run*.txt"))
        texts = [f"--- {path.stem}\n{path.read_text(errors='replace')}" for path in outputs]
        parts = [*self.violations, "", *self.plans, "", *self.journal.lines, "", *texts]
        return "\n".join(parts)


def identity(kind, item):
    """Returns what tells an object from others: kind and name, or the host of an Ingress, because
    an Ingress keeps its name when the list of hosts changes."""
    if kind == "Ingress":
        rule = item["spec"]["rules"][0]
        return kind, rule["host"], rule["http"]["paths"][0]["path"]
    return kind, item["metadata"]["name"]
