# The gateway: HAProxy 2.6 from Debian's package, its configuration and a shell to watch its keys, on scratch.
#   docker build -f Dockerfiles/gateway.Dockerfile -t serai/gateway .

FROM debian:bookworm-slim AS files
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends haproxy openssl \
    && rm -rf /var/lib/apt/lists/*
COPY Dockerfiles/collect.sh /collect.sh
WORKDIR /image
# Names are looked up by modules that ldd does not name; /dev/shm, always writable, takes the list of keys.
RUN mkdir -p etc/serai tmp && chmod 1777 tmp \
    && echo 'gateway:x:65532:65532:Gateway:/:' >etc/passwd \
    && echo 'hosts: files dns' >etc/nsswitch.conf \
    && /collect.sh . /usr/sbin/haproxy /bin/sh /bin/cat /bin/mkdir /bin/rm /bin/sleep /usr/bin/cksum /usr/bin/dirname \
        /lib/*-linux-gnu/libnss_dns.so.2 /lib/*-linux-gnu/libnss_files.so.2 /lib/*-linux-gnu/libresolv.so.2
COPY services/gateway/gateway services/gateway/haproxy.cfg services/gateway/*.map /configuration/etc/serai-gateway/
# What cannot be parsed never becomes an image. The settings stand in for those of an installation.
# hadolint ignore=DL3003
RUN mkdir -p /tmp/check && cd /tmp/check \
    && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.crt \
        -days 1 -subj /CN=localhost \
    && INTERNAL_TOKEN=check TLS_CERT=/tmp/check/tls.crt haproxy -c -f /configuration/etc/serai-gateway/haproxy.cfg

FROM scratch
COPY --from=files /image /
COPY --from=files /configuration /
ARG VERSION=unknown
LABEL org.opencontainers.image.title="serai gateway" \
      org.opencontainers.image.description="Where people and programs come in: TLS, tokens, limits" \
      org.opencontainers.image.version=$VERSION
ENV PATH=/usr/sbin:/usr/bin:/bin
USER 65532:65532
EXPOSE 8443 8080 8404
ENTRYPOINT ["/etc/serai-gateway/gateway"]
