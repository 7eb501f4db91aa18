"""An AWS stand-in for the tests: a proxy in front of a moto server.

usage: aws.py PORT API-SERVER CERTIFICATE REGISTRY-PORT

The proxy answers these requests itself and forwards all others to moto:
- EKS DescribeCluster returns the API server of the testbed.
- ECR GetAuthorizationToken returns the registry of the testbed.
- POST /authenticate is a TokenReview webhook like the one of EKS. It checks the presigned URL in
  a token with STS, as aws-iam-authenticator does.

The access key that signs a request selects an error:
- `DENIED-<action>` may do everything except this action.
- `ONLY-<action>-<action>…` may do only these actions.
- `THROTTLED-<action>`: the first two requests for this action are throttled.
- `FIRST-<code>-<action>`: the first two requests for this action are answered with this error.
  More words may follow, so that each test has its own key.
- `HELD-<action>`: requests for this action are not answered.
- `PAINTED-<action>`: requests for this action are denied, with characters in the message that a
  terminal would execute.
- `SKEWED`: the signature of every request is expired.

`GET /recorded/KEY` returns the actions of all requests that an access key signed.
"""

import base64
import json
import sys
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from moto.server import ThreadedMotoServer

port, api_server, certificate, registry = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
moto = ThreadedMotoServer("127.0.0.1", 0)
moto.start()
moto_port = moto.get_host_and_port()[1]
proxy_host = f"127.0.0.1:{port}"
throttled = {}
recorded = {}
ERROR_STATUS = {"NoSuchEntity": 404}
HEADERS_OF_THE_SERVER = ("transfer-encoding", "content-length", "connection", "server", "date")


def check(token):
    """Returns the identity of a token. Raises ValueError if the token is invalid."""
    if not token.startswith("k8s-aws-v1."):
        raise ValueError("the token is not an EKS token")
    body = token.removeprefix("k8s-aws-v1.")
    url = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
    parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
    if parts.netloc != proxy_host:
        raise ValueError(f"unexpected host {parts.netloc}")
    if query.get("Action") != ["GetCallerIdentity"]:
        raise ValueError("the action is not GetCallerIdentity")
    if "x-k8s-aws-id" not in query["X-Amz-SignedHeaders"][0].split(";"):
        raise ValueError("the name of the cluster is not signed")
    if query["X-Amz-Expires"] != ["60"]:
        raise ValueError("the URL does not expire after 60 seconds")
    headers = {"x-k8s-aws-id": "opta-staging", "accept": "application/json"}
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read().decode()
    return text.split("<Arn>")[1].split("</Arn>")[0] if "<Arn>" in text else text


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in HEADERS_OF_THE_SERVER:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer_json(self, value):
        self.answer(200, json.dumps(value).encode(), [("Content-Type", "application/json")])

    def cluster(self, name):
        with open(certificate, "rb") as file:
            data = base64.b64encode(file.read()).decode()
        issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/TESTBED"
        cluster = {
            "name": name,
            "status": "ACTIVE",
            "endpoint": api_server,
            "certificateAuthority": {"data": data},
            "identity": {"oidc": {"issuer": issuer}},
        }
        self.answer_json({"cluster": cluster})

    def authenticate(self, body):
        review = json.loads(body)
        try:
            user = check(review["spec"]["token"])
            identity = {"username": user, "groups": ["system:masters"]}
            status = {"authenticated": True, "user": identity}
        except (ValueError, KeyError, urllib.error.URLError) as error:
            status = {"authenticated": False, "error": str(error)}
        version = review["apiVersion"]
        self.answer_json({"apiVersion": version, "kind": "TokenReview", "status": status})

    def refuse(self, code, message, status):
        """Answers with an error in the format of AWS: JSON for ECR, XML for IAM and STS."""
        if "X-Amz-Target" in self.headers:
            text = json.dumps({"__type": f"{code}Exception", "message": message})
            content_type = "application/x-amz-json-1.1"
            return self.answer(400, text.encode(), [("Content-Type", content_type)])
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        body = f"<ErrorResponse>{error}</ErrorResponse>".encode()
        self.answer(status, body, [("Content-Type", "text/xml")])

    def painted(self):
        """Returns a message with a bidirectional mark and a line break, and in JSON an escape."""
        # XML cannot contain the escape.
        escape = "\x1b[31m" if "X-Amz-Target" in self.headers else ""
        return f"{escape}not\u202e allowed\n  help: run this"

    def action(self, body):
        """Returns the AWS action of the request; empty if it has none."""
        target = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        return target or parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]

    def scope(self):
        """Returns the access key and the service, from the signature of the request."""
        credential = self.headers.get("Authorization", "").partition("Credential=")[2]
        parts = credential.partition(",")[0].split("/")
        return (parts[0], parts[3]) if len(parts) == 5 else (parts[0], "")

    def record(self, action):
        key, service = self.scope()
        recorded.setdefault(key, set()).add(f"{service}:{action}")

    def error(self, action, key):
        """Returns the arguments of `refuse` for the error that an access key selects."""
        only = key.startswith("ONLY-") and action not in key.split("-")
        if action and (key == f"DENIED-{action}" or only):
            user = "arn:aws:iam::123456789012:user/ann"
            message = f"User: {user} is not authorized to perform: {action}"
            return "AccessDenied", message, 403
        if action and key == f"THROTTLED-{action}" and throttled.setdefault(key, 0) < 2:
            throttled[key] += 1
            return "Throttling", "Rate exceeded", 400
        if action and key.startswith("FIRST-") and key.split("-")[2] == action:
            throttled[key] = throttled.get(key, 0) + 1
            if throttled[key] <= 2:
                code = key.split("-")[1]
                return code, f"the first requests for {action} fail", ERROR_STATUS.get(code, 400)
        if action and key == f"HELD-{action}":
            threading.Event().wait()
        if action and key == f"PAINTED-{action}":
            return "AccessDenied", self.painted(), 403
        if key == "SKEWED":
            message = "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z"
            return "SignatureDoesNotMatch", message, 403
        return None

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        if self.command == "POST" and path == "/authenticate":
            return self.authenticate(body)
        if self.command == "GET" and path.startswith("/recorded/"):
            return self.answer_json(sorted(recorded.get(path.removeprefix("/recorded/"), ())))
        if self.command == "GET" and path == "/clusters/opta-staging":
            self.record("DescribeCluster")
            return self.cluster("opta-staging")
        action = self.action(body)
        if action:
            self.record(action)
        if error := self.error(action, self.scope()[0]):
            return self.refuse(*error)
        self.forward(body, action)

    def forward(self, body, action):
        """Forwards the request to moto."""
        headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in ("connection", "content-length")
        }
        url = f"http://127.0.0.1:{moto_port}{self.path}"
        request = urllib.request.Request(url, body or None, headers, method=self.command)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
                if action == "GetAuthorizationToken":
                    tokens = json.loads(text)
                    for data in tokens["authorizationData"]:
                        data["proxyEndpoint"] = f"http://127.0.0.1:{registry}"
                    text = json.dumps(tokens).encode()
                self.answer(answer.status, text, answer.getheaders())
        except urllib.error.HTTPError as error:
            self.answer(error.code, error.read(), error.headers.items())

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any

    def log_message(self, *arguments):
        pass


ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
