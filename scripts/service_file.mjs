// A service file as long as one likes, for tests and benchmarks.
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
${secrets ? `    secrets:
      - KEY_${index}
      - OTHER_${index}
` : ''}`;
/** A service file of so many services, twenty lines each with their secrets. */
export const file = (services, { layer = 'many', secrets = true } = {}) => `name: ${layer}\nenvironments:\n  - {name: staging, path: env.yml}\nmodules:\n${Array.from({ length: services }, (_, index) => module(index, secrets)).join('')}`;
