# curl, wrk and a small shell on scratch: what `helm test` runs in, and what checks run in.
#   docker build -f Dockerfiles/test.Dockerfile -t serai/test .

FROM debian:bookworm-slim AS files
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends busybox ca-certificates curl wrk \
    && rm -rf /var/lib/apt/lists/*
COPY Dockerfiles/collect.sh /collect.sh
WORKDIR /image
RUN mkdir -p tmp bin etc && chmod 1777 tmp \
    && for command in sh cat grep head sed sleep nc nslookup; do ln -s busybox bin/$command; done \
    && echo 'test:x:65532:65532:Tests:/tmp:/bin/sh' >etc/passwd \
    && /collect.sh . /usr/bin/curl /usr/bin/wrk /bin/busybox /etc/ssl/certs/ca-certificates.crt

FROM scratch
COPY --from=files /image /
LABEL org.opencontainers.image.title="serai test" \
      org.opencontainers.image.description="What helm test and the checks run in: curl, wrk and a small shell" \
      org.opencontainers.image.version="1"
USER 65532:65532
CMD ["sh"]
