"""A way to the API server on which things go wrong as they do in the world. For the tests.

usage: faulty.py KUBECONFIG

Listens on a free port, prints it, and forwards to the API server of the kubeconfig with its token. What goes wrong is told
by a query on the path /faulty, as `mode`:
  none     nothing
  storm    of every 9 requests one is answered with 429, one with 500, one not at all, and one is carried out and not answered
  hold=N   the Nth request that writes, counted from now, is carried out and never answered; none comes after it.
           GET /faulty/held waits for that moment
  gate=N   the Nth request that writes waits until another mode is set, and is then carried out
"""

import http.client
import json
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

config = json.loads(subprocess.check_output([sys.argv[2], "--kubeconfig", sys.argv[1], "config", "view", "--raw", "--flatten", "-o", "json"]))
server = urlsplit(config["clusters"][0]["cluster"]["server"])
token = config["users"][0]["user"]["token"]
context = ssl._create_unverified_context()
lock, state = threading.Lock(), {"mode": "none", "left": 0, "seen": 0, "held": threading.Event(), "gate": threading.Event()}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def say(self, status, text, headers=()):
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
        """What is to go wrong with this request."""
        writes = self.command in ("POST", "PUT", "PATCH", "DELETE") and "dryRun=" not in self.path and "/selfsubject" not in self.path
        with lock:
            if state["mode"] == "storm":
                state["seen"] += 1
                return {2: "busy", 4: "error", 6: "unsent", 8: "unanswered"}.get(state["seen"] % 9)
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
        fault = self.fault()
        if fault == "busy":
            return self.say(429, {"kind": "Status", "code": 429, "reason": "TooManyRequests", "message": "busy"}, [("Retry-After", "0")])
        if fault == "error":
            return self.say(500, {"kind": "Status", "status": "Failure", "code": 500, "reason": "InternalError", "message": "etcd has no leader"})
        if fault == "unsent":
            return self.drop()
        if fault == "silence":
            threading.Event().wait()
        if fault == "gate":
            gate = state["gate"]
            state["held"].set()
            gate.wait()
        connection = http.client.HTTPSConnection(server.hostname, server.port, context=context)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection", "authorization")}
        try:
            connection.request(self.command, self.path, body or None, {**headers, "Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
        except OSError:
            return self.drop()
        if fault == "unanswered":
            answer.read()
            return self.drop()
        if fault == "hold":
            answer.read()
            state["held"].set()
            threading.Event().wait()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            while part := answer.read1(65536):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
        except (OSError, http.client.HTTPException):
            self.drop()

    def control(self):
        if self.path.startswith("/faulty/held"):
            return self.say(200, state["held"].wait(60))
        mode = parse_qs(urlsplit(self.path).query)["mode"][0]
        with lock:
            name, _, number = mode.partition("=")
            for waiting in (state["held"], state["gate"]):
                waiting.set()
            state.update(mode=name, left=int(number or 0), seen=0, held=threading.Event(), gate=threading.Event())
        self.say(200, mode)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def log_message(self, *arguments):
        pass


front = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
front.daemon_threads = True
print(front.server_port, flush=True)
front.serve_forever()
