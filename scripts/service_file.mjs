// Service files of any length, for tests and benchmarks.
const module = (index, secrets) => `  - type: k8s-service
    name: service${index}
    image: acme/service${index}:1
    port:
      http: 8000
    healthcheck_path: /health
    min_containers: 2
    max_containers: 10
    resource_request:
      cpu: 250
      memory: 512
    public_uri: "service${index}.{parent.domain}"
    env_vars:
      LOG_LEVEL: info
      A: "1"
      B: "2"
      C: "3"
${
  secrets
    ? `    secrets:
      - KEY_${index}
      - OTHER_${index}
`
    : ''
}`;
/** Returns a service file with `services` services of 20 lines each. */
export function serviceFile(services, { layer = 'many', secrets = true } = {}) {
  const modules = Array.from({ length: services }, (_, index) => module(index, secrets));
  return `name: ${layer}
environments:
  - {name: staging, path: env.yml}
modules:
${modules.join('')}`;
}
