# PostgreSQL 15 from Debian's packages on scratch: the server, its extensions and the tools to ask and to
# back up. Without LLVM (most of the package's size), so it runs with jit=off. It has a small shell,
# because initdb starts the server through one.
#   docker build -f Dockerfiles/postgres.Dockerfile -t serai/postgres .

FROM debian:bookworm-slim AS files
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-15 busybox tzdata \
    && rm -rf /var/lib/apt/lists/*
COPY Dockerfiles/collect.sh /collect.sh
WORKDIR /image
RUN pg=/usr/lib/postgresql/15 \
    && rm -rf $pg/lib/bitcode $pg/lib/llvmjit* $pg/lib/*plperl* $pg/lib/*plpython* \
         /usr/share/postgresql/15/man /usr/share/zoneinfo/right /usr/share/zoneinfo/posix \
    && mkdir -p bin etc run/postgresql tmp var/lib/postgresql \
    && for command in sh mv rm mkdir chmod sed; do ln -s busybox bin/$command; done \
    && ln -s ../run var/run \
    && echo 'postgres:x:65532:65532:PostgreSQL:/var/lib/postgresql:/bin/sh' >etc/passwd \
    && echo 'postgres:x:65532:' >etc/group \
    && chown 65532:65532 run/postgresql var/lib/postgresql \
    && chmod 1777 tmp \
    && /collect.sh . \
         $pg/bin/postgres $pg/bin/initdb $pg/bin/psql $pg/bin/pg_isready $pg/bin/pg_dump $pg/bin/pg_restore \
         $pg/bin/pgbench $pg/lib/*.so /bin/busybox \
         /usr/share/postgresql/15 /usr/share/zoneinfo /usr/lib/locale/C.utf8

FROM scratch
COPY --from=files /image /
COPY Dockerfiles/postgres.sh /entrypoint
LABEL org.opencontainers.image.title="PostgreSQL for serai" \
      org.opencontainers.image.description="One database for one service" \
      org.opencontainers.image.version="15" \
      org.opencontainers.image.licenses="PostgreSQL"
ENV PATH=/usr/lib/postgresql/15/bin:/bin PGDATA=/var/lib/postgresql/data LANG=C.UTF-8
USER 65532:65532
EXPOSE 5432
# SIGINT is PostgreSQL's fast shutdown: it does not wait for its clients to leave.
STOPSIGNAL SIGINT
ENTRYPOINT ["/entrypoint"]
