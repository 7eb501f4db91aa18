"""Random service files of one layer."""

from dataclasses import dataclass

ENVIRONMENT = """\
name: staging
org_name: acme
providers:
  aws: {region: us-east-1, account_id: 123456789012}
modules:
  - {type: dns, domain: staging.acme.io}
"""

MODULES = ("api", "web", "worker")
LEAST = 2
"""No service requests fewer pods, so that a drop to one is always a bug in Optakit."""


@dataclass
class Service:
    """A service file."""

    text: str
    minimum: dict
    """The lowest number of pods of each Deployment."""
    is_good: bool
    """Whether its pods become ready."""


def random_service(layer, random, may_fail=True):
    """Returns a service with one to three modules, whose fields are random."""
    names = random.sample(MODULES, random.randint(1, len(MODULES)))
    broken = random.choice(names) if may_fail and random.random() < 0.25 else None
    lines = [
        f"name: {layer}",
        "environments:",
        "  - {name: staging, path: env.yml}",
        "modules:",
    ]
    minimum = {}
    for name in sorted(names):
        fields, least = module(layer, name, random, name == broken)
        lines += fields
        minimum[f"{layer}-{name}-k8s-service"] = least
    return Service("\n".join(lines) + "\n", minimum, broken is None)


def module(layer, name, random, is_broken):
    """Returns the lines of a module and its lowest number of pods."""
    image = "acme/crash-loop" if is_broken else "acme/app"
    lines = [
        "  - type: k8s-service",
        f"    name: {name}",
        f"    image: {image}:{random.randint(1, 9)}",
        f"    port: {{http: {random.choice((80, 8000, 8080))}}}",
    ]
    least = random.randint(LEAST, 4)
    most = random.choice((least, least, least + random.randint(1, 4)))
    lines += [f"    min_containers: {least}", f"    max_containers: {most}"]
    hosts = random.sample(("a", "b", "c"), random.randint(0, 3))
    if hosts:
        lines += ["    public_uri:"]
        lines += [f"      - {host}.staging.acme.io/{name}" for host in hosts]
    variables = {f"V{number}": random.randint(0, 99) for number in range(random.randint(0, 4))}
    if variables:
        lines += ["    env_vars:"]
        lines += [f"      - {{name: {key}, value: '{value}'}}" for key, value in variables.items()]
    if random.random() < 0.5:
        lines += ["    healthcheck_path: /health"]
    return lines, least
