"""Reads a cluster directly, without faults: objects, and a watch of the Deployments."""

import http.client
import json
import ssl
import subprocess
import threading
from urllib.parse import urlsplit


class Cluster:
    """The API server of a kubeconfig that has one cluster and one user with a token."""

    def __init__(self, kubeconfig, kubectl):
        self.kubeconfig, self.program = kubeconfig, kubectl
        view = self.kubectl("config", "view", "--raw", "--flatten", "-o", "json")
        config = json.loads(view)
        self.server = urlsplit(config["clusters"][0]["cluster"]["server"])
        self.token = config["users"][0]["user"]["token"]
        self.context = ssl._create_unverified_context()

    def kubectl(self, *arguments, text=None):
        """Runs kubectl, which must succeed. Returns its standard output."""
        command = [self.program, "--kubeconfig", self.kubeconfig, *arguments]
        run = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise RuntimeError(f"kubectl {' '.join(arguments)}: {run.stderr}")
        return run.stdout

    def connection(self, timeout=60):
        """Opens a connection to the API server."""
        server, context = self.server, self.context
        return http.client.HTTPSConnection(
            server.hostname, server.port, context=context, timeout=timeout
        )

    def request(self, method, path):
        """Sends a request. Returns the status and the parsed answer."""
        connection = self.connection()
        try:
            connection.request(method, path, headers={"Authorization": f"Bearer {self.token}"})
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"null")
        finally:
            connection.close()

    def items(self, path):
        """Returns the objects of a list."""
        status, answer = self.request("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status} {answer}")
        return answer["items"]


class DeploymentWatch:
    """Records every value of `spec.replicas` of the Deployments of a namespace."""

    def __init__(self, cluster, namespace):
        self.cluster = cluster
        self.path = f"/apis/apps/v1/namespaces/{namespace}/deployments?watch=1"
        self.lock = threading.Lock()
        self.replicas = {}
        """The values for each UID, with the name: `{uid: (name, [2, 3])}`."""
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        """Follows the watch, and starts it again when it ends."""
        while not self.stopping.is_set():
            connection = self.cluster.connection(timeout=5)
            try:
                token = self.cluster.token
                connection.request("GET", self.path, headers={"Authorization": f"Bearer {token}"})
                for line in connection.getresponse():
                    self.add(json.loads(line))
            except (OSError, ValueError, http.client.HTTPException):
                # A quiet watch times out. The next one starts with all Deployments again.
                continue
            finally:
                connection.close()

    def add(self, event):
        """Records the Deployment of an event."""
        metadata = event["object"].get("metadata", {})
        if event["type"] not in ("ADDED", "MODIFIED") or metadata.get("deletionTimestamp"):
            return
        count = event["object"]["spec"].get("replicas", 1)
        with self.lock:
            _, counts = self.replicas.setdefault(metadata["uid"], (metadata["name"], []))
            if not counts or counts[-1] != count:
                counts.append(count)

    def take(self):
        """Returns the recorded values. Keeps only the last value of each Deployment."""
        with self.lock:
            taken = {uid: (name, list(counts)) for uid, (name, counts) in self.replicas.items()}
            for _, counts in self.replicas.values():
                del counts[:-1]
            return taken

    def stop(self):
        """Ends the watch."""
        self.stopping.set()
