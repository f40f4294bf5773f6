# Landfall in a container: Node, the code, and a Compose binary that renders files without any daemon.
# The host's Docker socket is not needed and must not be mounted: Landfall reaches its hosts over SSH.
ARG NODE=node:24-trixie-slim
ARG COMPOSE=docker/compose-bin:v2.40.3

FROM ${COMPOSE} AS compose

FROM ${NODE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# The Node binary from npm is for machines with another Node; this image has its own.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force

FROM ${NODE}
WORKDIR /app
COPY --from=compose /docker-compose /usr/local/bin/docker-compose
COPY --from=dependencies /app/node_modules node_modules
COPY package.json app.yml ./
COPY src src
RUN mkdir /data && chown node:node /data
USER node
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 LANDFALL_DATA=/data LANDFALL_OPERATOR=/etc/landfall/operator.yml
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main/serve.ts"]
