/**
 * Three projects as somebody starts them by hand, as a script for root of a host: `shop` with values and a volume, `blog` below a home folder that
 * is nobody else's, with a second env file and a bind, and `wiki`, which was built on the machine. And a container that Compose knows nothing of.
 *
 * @param images registry that has `acme/shop:1.2` and `acme/database:1`
 * @param canary a value of `.env` that must turn up nowhere else
 */
export const threeByHand = (images: string, canary: string): string => `
set -e
start() { docker compose up -d --quiet-pull >/tmp/up 2>&1 || { cat /tmp/up >&2; exit 1; }; }
mkdir -p /srv/shop /home/x/blog/data /opt/wiki
cat >/srv/shop/docker-compose.yml <<'END'
services:
  web:
    image: ${images}/acme/shop:1.2   # ours
    environment: { GREETING: "\${GREETING}", PASSWORD: "\${PASSWORD}" }
    ports: ["8080:3000"]
    depends_on: [db]
    init: true
  db: { image: "${images}/acme/database:1", volumes: ["records:/var/lib/database"], init: true }
volumes: { records: {} }
END
printf 'COMPOSE_PROJECT_NAME=shop\\nGREETING=hello there # people read it\\nPASSWORD=${canary}\\n' >/srv/shop/.env
cat >/home/x/blog/compose.yml <<'END'
services:
  web: { image: "${images}/acme/shop:1.2", env_file: [.env, web.env], volumes: ["./data:/data"], init: true }
END
printf 'TOKEN=${canary}\\n' >/home/x/blog/.env
echo 'COLOUR=blue' >/home/x/blog/web.env
chmod 700 /home/x
cat >/opt/wiki/Dockerfile <<'END'
FROM ${images}/acme/shop:1.2
LABEL made=here
END
cat >/opt/wiki/compose.yml <<'END'
services:
  web:
    build: .
    volumes: ["kept:/kept"]
    init: true
volumes: { kept: {} }
END
cd /srv/shop; start
cd /home/x/blog; start; echo precious >data/book
cd /opt/wiki; DOCKER_BUILDKIT=0 docker build -q -t wiki-web . >/dev/null 2>&1; start
docker run -d --name lonely --init ${images}/acme/shop:1.2 >/dev/null 2>&1
`
