# One recipe for every C++ service:
#   docker build -f Dockerfiles/service.Dockerfile --build-arg SERVICE=product -t serai/product .
# It compiles everything, the chassis first, which changes least; then it copies one program and the libraries that all
# of them need onto scratch. SERVICE appears only in the last step, so all services share one cached build and one
# layer of libraries.
#
# With --build-arg PREBUILT=build/release/bin it packs the programs in that folder, compiled before on this same
# Debian, and compiles nothing.

FROM debian:bookworm-slim AS build
ARG PREBUILT=
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /src
COPY tools/packages.txt tools/packages.txt
# The packages to compile; the libraries' alone when there is nothing to compile.
# hadolint ignore=DL3008,SC2086
RUN packages=$(sed -n 's/^build //p' tools/packages.txt) \
    && if [ -n "$PREBUILT" ]; then packages=$(echo "$packages" | grep -e -dev$); fi \
    && apt-get update \
    && apt-get install --yes --no-install-recommends $packages ca-certificates \
    && rm -rf /var/lib/apt/lists/*
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY chassis chassis
RUN if [ -z "$PREBUILT" ]; then \
      cmake --preset release -DSERAI_TESTS=OFF -DSERAI_VERSION=unknown -DCMAKE_INSTALL_PREFIX=/out \
      && cmake --build --preset release --target chassis; \
    fi
COPY . .
ARG VERSION=unknown
RUN mkdir -p /out/bin \
    && if [ -n "$PREBUILT" ]; then \
      for program in services/*/src/main.cpp; do cp "$PREBUILT/$(echo "$program" | cut -d / -f 2)" /out/bin; done; \
    else \
      cmake --preset release -DSERAI_VERSION="$VERSION" \
      && cmake --build --preset release && cmake --install build/release; \
    fi
# What surrounds the programs: libraries, a user (libpq asks who it is), the authorities to trust.
RUN mkdir -p /image/tmp /image/etc && chmod 1777 /image/tmp \
    && echo 'service:x:65532:65532:A service:/:/none' >/image/etc/passwd \
    && PROGRAMS="$(echo /out/bin/*)" COMPILED_IN="rapidjson-dev libkainjow-mustache-dev" \
       Dockerfiles/collect.sh /image /etc/ssl/certs/ca-certificates.crt \
    && touch --date=@0 /out/bin/*

FROM scratch
COPY --from=build /image /
ARG SERVICE
COPY --from=build /out/bin/${SERVICE} /service
ARG VERSION=unknown
LABEL org.opencontainers.image.title="serai $SERVICE" \
      org.opencontainers.image.version=$VERSION
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/service"]
