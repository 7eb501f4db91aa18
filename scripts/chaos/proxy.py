"""A proxy between one run of Optakit and the API server. It causes random faults, and records who
wrote what and who held the lock."""

import http.client
import json
import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WRITES = ("POST", "PUT", "PATCH", "DELETE")

FAULTS = {
    "calm": {},
    "slow": {"delay": 0.3},
    "flaky": {"delay": 0.05, "busy": 0.04, "error": 0.03, "away": 0.03, "cut": 0.03, "lost": 0.03},
    "stormy": {"delay": 0.1, "busy": 0.1, "error": 0.08, "away": 0.08, "cut": 0.08, "lost": 0.08},
}
"""For each kind of network: the probability of each fault of a request."""

ANSWERS = {"busy": (429, "TooManyRequests"), "error": (500, "InternalError"), "away": (503, "")}
LONGEST_DELAY = 2


class Journal:
    """The writes of all runs of an episode, in order."""

    def __init__(self, layer):
        self.layer = layer
        self.lock = threading.Lock()
        self.started = time.monotonic()
        self.holder = None
        """The run whose write of the Lease was the last one that succeeded."""
        self.lines, self.violations = [], []
        self.requests = self.faults = 0

    def add(self, line):
        """Adds a line with the time since the start in seconds. Needs the lock."""
        self.lines.append(f"{time.monotonic() - self.started:8.3f}  {line}")

    def before(self, run, method, path, fault):
        """Records a request before it is forwarded."""
        with self.lock:
            self.requests += 1
            self.faults += fault is not None
            if fault is not None:
                self.add(f"{run}: {fault}: {method} {path}")

    def forwards(self, run, method, path):
        """Records a write. Only the holder of the lock may write objects."""
        with self.lock:
            self.add(f"{run}: {method} {path}")
            if self.holder != run:
                holder = self.holder or "nobody"
                self.violations.append(f"{run} wrote while {holder} held the lock: {method} {path}")

    def lease(self, run, method, answer):
        """Records a write of the Lease that succeeded."""
        with self.lock:
            if method == "DELETE":
                self.add(f"{run}: releases the lock")
                if self.holder == run:
                    self.holder = None
            elif answer.get("spec", {}).get("holderIdentity"):
                if self.holder != run:
                    self.add(f"{run}: takes the lock")
                self.holder = run


class Handler(BaseHTTPRequestHandler):
    """Forwards the requests of one run."""

    protocol_version = "HTTP/1.1"

    def forward(self):
        """Forwards a request, or causes a fault instead, before or after it."""
        proxy = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = proxy.next_fault()
        proxy.journal.before(proxy.run, self.command, self.path, fault)
        if fault == "delay":
            time.sleep(proxy.delay())
        elif fault in ANSWERS:
            return self.refuse(*ANSWERS[fault])
        elif fault == "cut":
            return self.drop()
        is_write = self.command in WRITES and "dryRun=" not in self.path
        is_lease = "/leases" in self.path
        if is_write and not is_lease and proxy.needs_lock(self.path):
            proxy.journal.forwards(proxy.run, self.command, self.path)
        connection = proxy.cluster.connection()
        try:
            connection.request(self.command, self.path, body or None, self.forwarded_headers())
            response = connection.getresponse()
            if is_write and is_lease:
                return self.answer_lease(response, fault)
            if fault == "lost":
                response.read()
                return self.drop()
            self.stream(response)
        except (OSError, http.client.HTTPException):
            self.drop()
        finally:
            connection.close()

    def answer_lease(self, response, fault):
        """Records a write of the Lease, then answers it."""
        content = response.read()
        if response.status < 300:
            self.server.journal.lease(self.server.run, self.command, json.loads(content))
        if fault == "lost":
            return self.drop()
        self.respond(response.status, content, response.getheaders())

    def forwarded_headers(self):
        """Returns the headers of the request, with the token of the cluster."""
        left_out = ("host", "connection", "authorization")
        headers = {name: value for name, value in self.headers.items()}
        headers = {name: value for name, value in headers.items() if name.lower() not in left_out}
        return {**headers, "Authorization": f"Bearer {self.server.cluster.token}"}

    def refuse(self, code, reason):
        """Answers with an error instead of forwarding the request."""
        status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code}
        content = json.dumps({**status, "reason": reason, "message": "caused by the chaos run"})
        self.respond(code, content.encode(), [("Content-Type", "application/json")])

    def respond(self, code, content, headers):
        """Sends a whole answer."""
        self.start(code, [*own_headers(headers), ("Content-Length", str(len(content)))])
        self.wfile.write(content)

    def stream(self, response):
        """Sends an answer in the parts in which it arrives, because a watch does not end."""
        headers = own_headers(response.getheaders())
        self.start(response.status, [*headers, ("Transfer-Encoding", "chunked")])
        while part := response.read1(65536):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def start(self, code, headers):
        """Sends the start of an answer."""
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def drop(self):
        """Closes the connection to Optakit without an answer."""
        self.close_connection = True
        self.connection.close()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = forward

    def log_message(self, *arguments):
        pass


def own_headers(headers):
    """Returns the headers of an answer, except those of its connection."""
    of_connection = ("transfer-encoding", "content-length", "connection")
    return [(name, value) for name, value in headers if name.lower() not in of_connection]


class Proxy(ThreadingHTTPServer):
    """A proxy on a free port of this machine."""

    daemon_threads = True

    def __init__(self, run, network, seed, cluster, journal):
        super().__init__(("127.0.0.1", 0), Handler)
        self.run, self.network = run, network
        self.cluster, self.journal = cluster, journal
        self.random, self.random_lock = random.Random(seed), threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def next_fault(self):
        """Returns the fault of the next request, or None."""
        with self.random_lock:
            number = self.random.random()
        for fault, probability in FAULTS[self.network].items():
            if number < probability:
                return fault
            number -= probability
        return None

    def delay(self):
        """Returns the length of a delay in seconds."""
        with self.random_lock:
            return self.random.uniform(0, LONGEST_DELAY)

    def needs_lock(self, path):
        """Whether a write to a path needs the lock. Questions about permissions do not."""
        return f"/namespaces/{self.journal.layer}/" in path

    def handle_error(self, request, client_address):
        """A run that was killed leaves broken connections. They are expected."""

    def kubeconfig(self):
        """Returns a kubeconfig that leads through this proxy."""
        server = f"http://127.0.0.1:{self.server_port}"
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "chaos",
            "clusters": [{"name": "chaos", "cluster": {"server": server}}],
            "users": [{"name": "chaos", "user": {}}],
            "contexts": [{"name": "chaos", "context": {"cluster": "chaos", "user": "chaos"}}],
        }
