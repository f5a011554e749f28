# The same base in both stages: the virtual environment points at its interpreter.
# A release pins it by digest: --build-arg BASE=python:3.13-slim-bookworm@sha256:…
ARG BASE=python:3.13-slim-bookworm

FROM ${BASE} AS build
WORKDIR /source
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
# Two environments: one that builds, and one without an installer, which is all that leaves this stage.
RUN python -m venv /build && python -m venv --without-pip /opt/returns-consumer
COPY requirements.lock requirements-otel.lock requirements-msk.lock requirements-build.lock ./
# What the image runs on; requirements-otel.lock has the same and what spans need, requirements-msk.lock what MSK asks for.
ARG LOCK=requirements.lock
# A private index is named by the builder: --secret id=pip.conf,src=…, and its authority by --secret id=ca.pem,src=…
# (`cert = /run/secrets/ca.pem` in that pip.conf); neither stays in a layer.
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=ca.pem \
    /build/bin/pip install --require-hashes --requirement requirements-build.lock \
    && /build/bin/pip --python /opt/returns-consumer/bin/python install \
        --compile --require-hashes --only-binary=:all: --requirement "${LOCK}"
COPY pyproject.toml README.md ./
COPY schemas schemas
COPY consumer consumer
ARG CREATED_EPOCH=0
RUN SOURCE_DATE_EPOCH="${CREATED_EPOCH}" \
        /build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /build/bin/pip --python /opt/returns-consumer/bin/python install \
        --compile --no-cache-dir --no-deps --no-index /wheels/*.whl \
    && /opt/returns-consumer/bin/returns-consumer --version

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG SOURCE=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="returns-consumer" \
      org.opencontainers.image.description="Takes back the promotions a returned purchase earned: exactly one outcome for each return." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.licenses="Apache-2.0"
# The base brings an installer of its own, which nothing here needs; a base without one is fine.
RUN python -m pip uninstall --yes --root-user-action=ignore pip || true
COPY --from=build /opt/returns-consumer /opt/returns-consumer
ENV PATH=/opt/returns-consumer/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    RETURNS_CONSUMER_REVISION=${REVISION}
# Numbers, as Kubernetes cannot tell whether a name is root.
USER 10001:10001
WORKDIR /tmp
EXPOSE 8080
# No HEALTHCHECK: Kubernetes asks /livez and /readyz itself.
ENTRYPOINT ["returns-consumer"]
CMD ["run", "--config", "/etc/returns-consumer/config.yaml"]
