# Landfall in a container: Node, the code, and a Compose binary that renders files without any daemon.
# The host's Docker socket is not needed and must not be mounted: Landfall reaches its hosts over SSH.
# How to run it: docs/operations.md, "In a container".
ARG NODE=node:24-trixie-slim
ARG COMPOSE=docker/compose-bin:v2.40.3

FROM ${COMPOSE} AS compose

FROM ${NODE} AS app
WORKDIR /app
COPY package.json package-lock.json ./
# The Node binary from npm is for machines with another Node; this image has its own. Types and source maps are two
# thirds of what npm installs, and nothing reads them here.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force \
  && find node_modules -type f \( -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' -o -name '*.map' \) -delete
COPY app.yml ./
COPY src src
# A checkout made under a strict umask could not be read by the user below.
RUN chmod -R a+rX . && chmod a+x src/main/cli.ts

FROM ${NODE}
COPY --from=compose /docker-compose /usr/local/bin/docker-compose
COPY --from=app /app/node_modules /app/node_modules
COPY --from=app /app/package.json /app/app.yml /app/
COPY --from=app /app/src /app/src
RUN ln -s /app/src/main/cli.ts /usr/local/bin/landfall && install -d -o node -g node -m 700 /data
USER node
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 LANDFALL_DATA=/data LANDFALL_OPERATOR=/etc/landfall/operator.yml
# Memory that starting took goes back to the system; docs/performance.md.
ENV MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072
# The set-up page writes .env where Landfall was started; here the next container finds it.
WORKDIR /data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=2", "--env-file-if-exists=/data/.env", "/app/src/main/serve.ts"]
