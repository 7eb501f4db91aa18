"""A validating webhook that rejects Ingresses as ingress-nginx does, for the tests.

usage: ingress_webhook.py KUBECONFIG KUBECTL NAMESPACE FOLDER

Rejects an Ingress of the namespace if another one has the same host and path. Writes a key and a
certificate to the folder, registers the webhook under the name of the namespace, and prints
"ready". Answers each request with the Ingresses that exist at this moment.
"""

import base64
import http.client
import json
import ssl
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

kubeconfig, kubectl, namespace, folder = sys.argv[1:5]
run = [kubectl, "--kubeconfig", kubeconfig]
view = ["config", "view", "--raw", "--flatten", "-o", "json"]
config = json.loads(subprocess.check_output([*run, *view]))
server = urlsplit(config["clusters"][0]["cluster"]["server"])
token = config["users"][0]["user"]["token"]
unverified = ssl._create_unverified_context()


def ingresses():
    connection = http.client.HTTPSConnection(server.hostname, server.port, context=unverified)
    path = f"/apis/networking.k8s.io/v1/namespaces/{namespace}/ingresses"
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    return json.loads(connection.getresponse().read())["items"]


def routes(ingress):
    """Returns hosts and paths, with the defaults of ingress-nginx."""
    return {
        (rule.get("host") or "_", path.get("path") or "/")
        for rule in ingress["spec"].get("rules", [])
        for path in rule.get("http", {}).get("paths", [])
    }


def rejection(ingress):
    """Returns why an Ingress is rejected, or None."""
    for other in ingresses():
        if other["metadata"]["name"] == ingress["metadata"]["name"]:
            continue
        for host, path in sorted(routes(ingress) & routes(other)):
            name = f"{namespace}/{other['metadata']['name']}"
            return f'host "{host}" and path "{path}" is already defined in ingress {name}'
    return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = json.loads(body)["request"]
        reason = rejection(request["object"])
        response = {"uid": request["uid"], "allowed": reason is None}
        if reason:
            response["status"] = {"code": 400, "message": reason}
        review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}
        answer = json.dumps({**review, "response": response}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


certificate, key = Path(folder) / "webhook.crt", Path(folder) / "webhook.key"
request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
alternative = ["-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"]
files = ["-keyout", str(key), "-out", str(certificate)]
subprocess.run([*request, *alternative, *files], check=True, stderr=subprocess.DEVNULL)
listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
listener.daemon_threads = True
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
listener.socket = context.wrap_socket(listener.socket, server_side=True)
rule = {
    "apiGroups": ["networking.k8s.io"],
    "apiVersions": ["v1"],
    "resources": ["ingresses"],
    "operations": ["CREATE", "UPDATE"],
}
webhook = {
    "name": "validate.nginx.ingress.test",
    "sideEffects": "None",
    "admissionReviewVersions": ["v1"],
    "failurePolicy": "Fail",
    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
    "rules": [rule],
    "clientConfig": {
        "url": f"https://127.0.0.1:{listener.server_port}/",
        "caBundle": base64.b64encode(certificate.read_bytes()).decode(),
    },
}
configuration = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingWebhookConfiguration",
    "metadata": {"name": namespace},
    "webhooks": [webhook],
}
subprocess.run(
    [*run, "apply", "-f", "-"],
    input=json.dumps(configuration).encode(),
    stdout=subprocess.DEVNULL,
    check=True,
)
print("ready", flush=True)
listener.serve_forever()
