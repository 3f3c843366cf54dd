# Parley without Cloudflare. docs/without-cloudflare.md describes how to run it.
FROM node:24-bookworm-slim AS build
WORKDIR /parley
COPY . .
RUN npm ci && npm run build && node scripts/serve/build.ts
# Copies only what the server reads at its start: the scripts, the names of the settings, the Worker, the page, and workerd's binary.
RUN mkdir -p /image/scripts /image/dist /image/web /image/node_modules/workerd /image/node_modules/@cloudflare \
	&& cp -r package.json src /image/ \
	&& cp -r scripts/serve scripts/serve.ts /image/scripts/ \
	&& cp -r dist/serve /image/dist/ \
	&& cp -r web/dist /image/web/ \
	&& cp -r node_modules/workerd/package.json node_modules/workerd/lib /image/node_modules/workerd/ \
	&& cp -r node_modules/@cloudflare/workerd-* /image/node_modules/@cloudflare/

FROM node:24-bookworm-slim
# workerd trusts the system's certificates.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
	&& mkdir /data && chown node /data
WORKDIR /parley
COPY --from=build /image ./
ENV HOST=0.0.0.0 PORT=8787 DATA_FOLDER=/data
USER node
VOLUME /data
EXPOSE 8787
# On SIGTERM, workerd waits until every client has disconnected. Killing it loses nothing.
STOPSIGNAL SIGKILL
CMD ["node", "scripts/serve.ts"]
