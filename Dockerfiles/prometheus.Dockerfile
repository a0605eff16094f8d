# Prometheus 2.42 with its web pages, from Debian's package on scratch.
#   docker build -f Dockerfiles/prometheus.Dockerfile -t serai/prometheus .

FROM debian:bookworm-slim AS files
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates prometheus \
    && rm -rf /var/lib/apt/lists/*
COPY Dockerfiles/collect.sh /collect.sh
WORKDIR /image
RUN rm -rf /usr/share/prometheus/web/static/moment-timezone/data/unpacked \
    && mkdir -p data tmp etc \
    && echo 'prometheus:x:65532:65532:Prometheus:/data:/' >etc/passwd \
    && chown 65532:65532 data && chmod 1777 tmp \
    && /collect.sh . /usr/bin/prometheus /etc/ssl/certs/ca-certificates.crt \
         /usr/share/prometheus/web /etc/prometheus/console_libraries

FROM scratch
COPY --from=files /image /
LABEL org.opencontainers.image.title="Prometheus for serai" \
      org.opencontainers.image.description="Watches the pods; with its classic pages" \
      org.opencontainers.image.version="2.42" \
      org.opencontainers.image.licenses="Apache-2.0"
USER 65532:65532
EXPOSE 9090
ENTRYPOINT ["/usr/bin/prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/data"]
