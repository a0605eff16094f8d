# NATS 2.9 from Debian's package on scratch.
#   docker build -f Dockerfiles/nats.Dockerfile -t serai/nats .

FROM debian:bookworm-slim AS files
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates nats-server \
    && rm -rf /var/lib/apt/lists/*
COPY Dockerfiles/collect.sh /collect.sh
WORKDIR /image
RUN mkdir -p data tmp etc \
    && echo 'nats:x:65532:65532:NATS:/data:/' >etc/passwd \
    && chown 65532:65532 data && chmod 1777 tmp \
    && /collect.sh . /usr/sbin/nats-server /etc/ssl/certs/ca-certificates.crt

FROM scratch
COPY --from=files /image /
LABEL org.opencontainers.image.title="NATS for serai" \
      org.opencontainers.image.description="Carries the events of the services; keeps nothing that they do not" \
      org.opencontainers.image.version="2.9" \
      org.opencontainers.image.licenses="Apache-2.0"
USER 65532:65532
EXPOSE 4222 8222
ENTRYPOINT ["/usr/sbin/nats-server"]
CMD ["--jetstream", "--store_dir", "/data"]
