"""The AWS stand-in of the tests: moto's server, and what moto cannot know of this machine before it.

usage: aws.py PORT API-SERVER CERTIFICATE REGISTRY-PORT

EKS DescribeCluster answers with the API server of the testbed, ECR GetAuthorizationToken with its registry. POST /authenticate is the TokenReview webhook that EKS
runs: it checks the presigned URL of a token against STS, as aws-iam-authenticator does. Whoever signs with the access key
`DENIED-<action>` may do all but that action, `ONLY-<action>-<action>…` only those; with `THROTTLED-<action>` it is refused twice as too much, with `SKEWED` every
signature is too old. All else goes to moto.
"""

import base64
import json
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from moto.server import ThreadedMotoServer

port, api_server, certificate, registry = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
moto = ThreadedMotoServer("127.0.0.1", 0)
moto.start()
moto_port = moto.get_host_and_port()[1]
own_host = f"127.0.0.1:{port}"
throttled = {}


def check(token):
    """The identity behind a token; raises ValueError with what is wrong with it."""
    if not token.startswith("k8s-aws-v1."):
        raise ValueError("not a token of EKS")
    body = token.removeprefix("k8s-aws-v1.")
    url = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
    parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
    if parts.netloc != own_host:
        raise ValueError(f"the URL leads to {parts.netloc}")
    if query.get("Action") != ["GetCallerIdentity"]:
        raise ValueError("the URL asks for something else")
    if "x-k8s-aws-id" not in query["X-Amz-SignedHeaders"][0].split(";"):
        raise ValueError("the cluster's name is not signed")
    if query["X-Amz-Expires"] != ["60"]:
        raise ValueError("the URL is valid for another time than a minute")
    request = urllib.request.Request(url, headers={"x-k8s-aws-id": "opta-staging", "accept": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        text = answer.read().decode()
    return text.split("<Arn>")[1].split("</Arn>")[0] if "<Arn>" in text else text


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "content-length", "connection", "server", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer_json(self, value):
        self.answer(200, json.dumps(value).encode(), [("Content-Type", "application/json")])

    def cluster(self, name):
        with open(certificate, "rb") as file:
            data = base64.b64encode(file.read()).decode()
        self.answer_json({"cluster": {
            "name": name, "status": "ACTIVE", "endpoint": api_server, "certificateAuthority": {"data": data},
            "identity": {"oidc": {"issuer": "https://oidc.eks.us-east-1.amazonaws.com/id/TESTBED"}},
        }})

    def authenticate(self, body):
        review = json.loads(body)
        try:
            user = check(review["spec"]["token"])
            status = {"authenticated": True, "user": {"username": user, "groups": ["system:masters"]}}
        except (ValueError, KeyError, urllib.error.URLError) as error:
            status = {"authenticated": False, "error": str(error)}
        self.answer_json({"apiVersion": review["apiVersion"], "kind": "TokenReview", "status": status})

    def refuse(self, code, message, status):
        """As AWS says it: JSON for ECR, XML for IAM and STS."""
        if "X-Amz-Target" in self.headers:
            text = json.dumps({"__type": f"{code}Exception", "message": message})
            return self.answer(400, text.encode(), [("Content-Type", "application/x-amz-json-1.1")])
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        self.answer(status, f"<ErrorResponse>{error}</ErrorResponse>".encode(), [("Content-Type", "text/xml")])

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        if self.command == "POST" and path == "/authenticate":
            return self.authenticate(body)
        if self.command == "GET" and path == "/clusters/opta-staging":
            return self.cluster("opta-staging")
        action = self.headers.get("X-Amz-Target", "").rpartition(".")[2] or parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]
        key = self.headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0]
        if action and (key == f"DENIED-{action}" or key.startswith("ONLY-") and action not in key.split("-")):
            return self.refuse("AccessDenied", f"User: arn:aws:iam::123456789012:user/ann is not authorized to perform: {action}", 403)
        if action and key == f"THROTTLED-{action}" and throttled.setdefault(key, 0) < 2:
            throttled[key] += 1
            return self.refuse("Throttling", "Rate exceeded", 400)
        if key == "SKEWED":
            return self.refuse("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z", 403)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("connection", "content-length")}
        request = urllib.request.Request(f"http://127.0.0.1:{moto_port}{self.path}", body or None, headers, method=self.command)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
                if self.headers.get("X-Amz-Target", "").endswith(".GetAuthorizationToken"):
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
