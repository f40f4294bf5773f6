/** Compose files as people write them; each must reach the hosts meaning what it means in the repository. */
export interface Case {
  name: string
  /** Compose files in the order they are merged. */
  compose: string[]
  files: Record<string, string>
}

const one = (name: string, text: string, more: Record<string, string> = {}): Case => ({
  name,
  compose: ['compose.yml'],
  files: { 'compose.yml': text, ...more },
})

/** The environment's values, for all cases. */
export const variables: Record<string, string> = {
  SECRET: `p$a'ss"w#rd\\ \${TAG}\nsecond line`,
  EMPTY: '',
  DATA_DIR: '/srv/shop/data',
  LOCAL_DIR: './local',
  PORT: '8443',
}
/** Landfall's own. */
export const interpolation: Record<string, string> = { TAG: 'a1b2c3' }

export const corpus: Case[] = [
  one(
    'anchors, merge keys and extensions',
    `x-base: &base
  restart: unless-stopped
  environment: &env
    A: "1"
    SECRET: \${SECRET}
services:
  web:
    <<: *base
    image: acme/shop:\${TAG}
    environment:
      <<: *env
      B: yes
      C: 010
      D: 1:30
      E: "2020-01-01"
    x-note: \${TAG}
  job:
    <<: [*base]
    image: acme/shop:\${TAG}
    command: ["sh", "-c", "echo $$HOME $$\${TAG}"]
`,
  ),
  one(
    'ports, volumes and other short forms',
    `services:
  web:
    image: acme/shop:\${TAG}
    ports: ["80", "\${PORT}:443", "127.0.0.1:\${ADMIN:-9000}:9000/udp", "3000-3002:3000-3002", {target: 81, published: "\${PORT}", host_ip: 127.0.0.1}]
    expose: [3000]
    volumes:
      - \${DATA_DIR:-./data}:/data:ro
      - \${OTHER:-./other}:/other
      - \${LOCAL_DIR}/sub:/sub
      - cache:/cache
      - /etc/localtime:/etc/localtime:ro
      - {type: bind, source: "\${DATA_DIR}", target: /long, read_only: true}
      - {type: tmpfs, target: /tmp, tmpfs: {size: 1048576}}
    tmpfs: /run:size=\${TMP:-64k}
    extra_hosts: ["db:\${IP:-10.0.0.1}"]
    dns: 1.1.1.1
    ulimits: {nofile: {soft: "\${NOFILE:-1024}", hard: 2048}}
    labels: ["a=\${TAG}", "b"]
    env_file: web.env
volumes: {cache: {}}
`,
    { 'web.env': 'W=1\nX="${W}"\n' },
  ),
  one(
    'health, limits and deploy',
    `services:
  web:
    image: acme/shop:\${TAG}
    init: true
    read_only: \${READ_ONLY:-true}
    mem_limit: \${MEMORY:-512m}
    cpus: \${CPUS:-0.5}
    stop_grace_period: \${GRACE:-10s}
    healthcheck: {test: ["CMD", "true"], interval: "\${INTERVAL:-5s}", retries: "\${RETRIES:-3}", start_period: 1m30s}
    deploy: {replicas: "\${REPLICAS:-2}", resources: {reservations: {memory: 128M}}}
    logging: {driver: json-file, options: {max-size: 10m}}
    depends_on: {db: {condition: service_healthy, restart: true}, job: {condition: service_completed_successfully}}
  db: {image: "postgres:16", healthcheck: {disable: true}}
  job: {image: "acme/shop:\${TAG}", restart: "no", profiles: []}
`,
  ),
  one(
    'configs, secrets, networks',
    `services:
  web:
    image: acme/shop:\${TAG}
    configs: [{source: nginx, target: /etc/nginx.conf, mode: 0440}, plain]
    secrets: [token]
    networks: {front: {aliases: ["\${ALIAS:-shop}"]}, back: null}
configs:
  nginx: {content: "server { listen \${PORT}; root $$document_root; }"}
  plain: {file: ./made-on-the-host.conf}
secrets: {token: {environment: SECRET}, unused: {file: ./nowhere}}
networks: {front: {}, back: {internal: true, ipam: {config: [{subnet: 10.99.0.0/24}]}}}
`,
  ),
  one('profiles and one-shot services', 'services: {web: {image: a}, tool: {image: b, profiles: [tools], depends_on: [web]}}'),
  one(
    'env files in every form',
    `services:
  a: {image: a, env_file: a.env}
  b: {image: b, env_file: [a.env, sub/b.env, .env]}
  c: {image: c, env_file: [{path: a.env}, {path: nowhere.env, required: false}]}
  d: {image: d, environment: [SECRET, "X=\${SECRET}", EMPTY]}
`,
    { 'a.env': 'A=1\nSECRET=of the file\n', 'sub/b.env': "B='it is $literal'\n" },
  ),
  one('build beside image', 'services: {web: {build: {context: ., args: {V: "${TAG}"}}, image: "acme/shop:${TAG}"}}'),
  one('extends inside one file', 'services: {base: {image: "a:${TAG}", environment: {A: "${SECRET}"}}, web: {extends: base, command: x}}'),
  {
    name: 'a second file over the first',
    compose: ['compose.yml', 'compose.prod.yml'],
    files: {
      'compose.yml': `services:
  web:
    image: acme/shop:\${TAG}
    ports: ["3000:3000"]
    command: dev
    environment: ["MODE=dev", "SECRET=\${SECRET}"]
    volumes: ["\${DATA_DIR:-./data}:/data:ro", "\${LOCAL_DIR:-./x}:/local", "cache:/cache", "\${VOLUME:-cache}:/again"]
    env_file: web.env
volumes: {cache: {}}
`,
      'compose.prod.yml': `services:
  web:
    ports: !override ["\${PORT}:3000"]
    command: !reset null
    environment: {MODE: prod, NUMBER: 010, TIME: 1:30}
    restart: always
    healthcheck: {test: "curl -f localhost || exit 1", interval: "\${INTERVAL:-5s}"}
`,
      'web.env': 'W=1\n',
    },
  },
  {
    name: 'include and extends from folders',
    compose: ['compose.yml'],
    files: {
      'compose.yml': `include: [sub/inc.yml, {path: [sub/more.yml]}]
services:
  web: {extends: {file: sub/base.yml, service: base}, depends_on: [inc], environment: {A: "\${SECRET}"}}
`,
      'sub/base.yml':
        'services: {base: {image: "acme/shop:${TAG}", env_file: base.env, volumes: ["./data:/data", "${LOCAL_DIR}:/local", "${DATA_DIR}:/abs"]}}',
      'sub/inc.yml': 'services: {inc: {image: "b:${TAG}", volumes: ["./incdata:/data", "v:/v"], env_file: [base.env]}}\nvolumes: {v: {}}\n',
      'sub/more.yml': 'services: {more: {image: "c:${TAG:-x}", command: "echo $$X ${EMPTY:-none}"}}',
      'sub/base.env': 'B=1\n',
    },
  },
  {
    name: 'the project in a folder of the repository',
    compose: ['deploy/compose.yml', 'deploy/more.yml'],
    files: {
      'deploy/compose.yml': 'services: {web: {image: "a:${TAG}", env_file: web.env, volumes: ["./data:/data"]}}',
      'deploy/more.yml': 'services: {web: {labels: {x: "${SECRET}"}}, other: {image: b, env_file: .env}}',
      'deploy/web.env': 'W=1\n',
    },
  },
  {
    name: 'block texts and long lines',
    compose: ['compose.yml', 'more.yml'],
    files: {
      'compose.yml': `services:
  web:
    image: acme/shop:\${TAG}
    command:
      - sh
      - -c
      - |
        echo "\${SECRET}" $$X
        exec app --tag \${TAG}
    labels:
      folded: >-
        one \${TAG}
        two
      quoted: 'it''s \${TAG}'
      double: "tab\\t\${TAG}\\n"
`,
      'more.yml': `services: {web: {labels: {long: "${'word '.repeat(60)}\${TAG}"}}}`,
    },
  },
]
