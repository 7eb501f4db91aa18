"""A proxy in front of the API server that injects faults, for the tests.

usage: faulty.py KUBECONFIG KUBECTL

Listens on a free port, prints the port, and forwards requests to the API server of the kubeconfig
with its token. GET /faulty?mode=MODE selects the fault:
  none     no fault
  storm    of every 9 requests, one is answered with 429, one with 500, one is dropped, and one is
           forwarded but not answered
  hold=N   the Nth writing request from now is forwarded but never answered, and later writing
           requests are not forwarded. GET /faulty/held waits for this request
  down     every request is dropped
  gate=N   the Nth writing request from now waits until the mode changes, then is forwarded
  cut      every watch breaks after its first change
  gone     every watch is answered with the error 410
  tcpless  the API server does not have the kind TCPRoute
GET /faulty/requests returns the requests so far, each with its method, path and body.
"""

import http.client
import json
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

kubeconfig, kubectl = sys.argv[1], sys.argv[2]
view = ["config", "view", "--raw", "--flatten", "-o", "json"]
config = json.loads(subprocess.check_output([kubectl, "--kubeconfig", kubeconfig, *view]))
server = urlsplit(config["clusters"][0]["cluster"]["server"])
token = config["users"][0]["user"]["token"]
context = ssl._create_unverified_context()
lock = threading.Lock()


def new_state(mode, left):
    """`left` counts writing requests down to the fault, `seen` counts the requests of a storm."""
    held, gate = threading.Event(), threading.Event()
    return {"mode": mode, "left": left, "seen": 0, "held": held, "gate": gate}


state = new_state("none", 0)
requests = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, text, headers=()):
        body = json.dumps(text).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def drop(self):
        self.close_connection = True
        self.connection.close()

    def fault(self):
        """Returns the fault for this request, or None."""
        writes = (
            self.command in ("POST", "PUT", "PATCH", "DELETE")
            and "dryRun=" not in self.path
            and "/selfsubject" not in self.path
            # The time of a renewal of the lock is random.
            and not (self.command == "PUT" and "/leases/" in self.path)
        )
        with lock:
            if state["mode"] == "storm":
                state["seen"] += 1
                faults = {2: "busy", 4: "error", 6: "unsent", 8: "unanswered"}
                return faults.get(state["seen"] % 9)
            if state["mode"] in ("cut", "gone") and "watch=true" in self.path:
                return state["mode"]
            if state["mode"] == "tcpless" and "/gateway.networking.k8s.io/v1alpha2" in self.path:
                return "unknown"
            if state["mode"] == "down":
                return "unsent"
            if state["mode"] in ("hold", "gate") and writes:
                state["left"] -= 1
                if state["left"] == 0:
                    return state["mode"]
                if state["mode"] == "gate":
                    return None
                if state["left"] < 0:
                    return "silence"
        return None

    def handle_any(self):
        if self.path.startswith("/faulty"):
            return self.control()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        seen = {"method": self.command, "path": self.path, "body": body.decode(errors="replace")}
        with lock:
            requests.append(seen)
        fault = self.fault()
        if fault == "busy":
            status = {"kind": "Status", "code": 429, "reason": "TooManyRequests", "message": "busy"}
            return self.answer(429, status, [("Retry-After", "0")])
        if fault == "error":
            status = {"kind": "Status", "status": "Failure", "code": 500}
            details = {"reason": "InternalError", "message": "etcd has no leader"}
            return self.answer(500, {**status, **details})
        if fault == "unknown":
            status = {"kind": "Status", "status": "Failure", "code": 404, "reason": "NotFound"}
            return self.answer(404, status)
        if fault == "unsent":
            return self.drop()
        if fault == "gone":
            status = {"kind": "Status", "status": "Failure", "code": 410, "reason": "Expired"}
            return self.answer(200, {"type": "ERROR", "object": {**status, "message": "too old"}})
        if fault == "silence":
            threading.Event().wait()
        if fault == "gate":
            gate = state["gate"]
            state["held"].set()
            gate.wait()
        connection = http.client.HTTPSConnection(server.hostname, server.port, context=context)
        headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in ("host", "connection", "authorization")
        }
        headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request(self.command, self.path, body or None, headers)
            response = connection.getresponse()
        except OSError:
            return self.drop()
        if fault == "unanswered":
            response.read()
            return self.drop()
        if fault == "hold":
            response.read()
            state["held"].set()
            threading.Event().wait()
        self.send_response(response.status)
        for name, value in response.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            while part := response.read1(65536):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                if fault == "cut" and part.endswith(b"\n"):
                    # Without the pause, the client may lose the change too.
                    threading.Event().wait(0.2)
                    return self.drop()
            self.wfile.write(b"0\r\n\r\n")
        except (OSError, http.client.HTTPException):
            self.drop()

    def control(self):
        if self.path.startswith("/faulty/held"):
            return self.answer(200, state["held"].wait(60))
        if self.path == "/faulty/requests":
            with lock:
                return self.answer(200, requests)
        mode = parse_qs(urlsplit(self.path).query)["mode"][0]
        with lock:
            name, _, number = mode.partition("=")
            for waiting in (state["held"], state["gate"]):
                waiting.set()
            state.update(new_state(name, int(number or 0)))
        self.answer(200, mode)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def log_message(self, *arguments):
        pass


proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
proxy.daemon_threads = True
print(proxy.server_port, flush=True)
proxy.serve_forever()
