"""Whether spans are asked for: by OpenTelemetry's own variables, as every program of an operator knows them."""

from collections.abc import Callable, Iterator, Mapping
from importlib import metadata

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
EXPORTER = "OTEL_TRACES_EXPORTER"
DISABLED = "OTEL_SDK_DISABLED"
PROTOCOL = "http/protobuf"
PACKAGE = "opentelemetry-exporter-otlp-proto-http"


def are_traces_wanted(environ: Mapping[str, str]) -> bool:
    """Whether an exporter or a collector is named; `none` and OTEL_SDK_DISABLED say no."""
    return _asked_by(environ) is not None


def trace_problems(environ: Mapping[str, str], is_extra_installed: Callable[[], bool]) -> Iterator[str]:
    """Why the spans that are asked for cannot be had, a line for each reason."""
    asked_by = _asked_by(environ)
    if asked_by is None:
        return
    exporter = _of(environ, EXPORTER)
    if exporter not in {None, "otlp"}:
        yield f"{EXPORTER}: must be otlp or none, not {exporter!r}"
    protocol = next(((name, value) for name in PROTOCOLS if (value := _of(environ, name))), None)
    if protocol is not None and protocol[1] != PROTOCOL:
        yield (
            f"{protocol[0]}: must be {PROTOCOL}, not {protocol[1]!r}; "
            "give the endpoint that the collector has for it, usually port 4318"
        )
    if not is_extra_installed():
        yield (
            f"{asked_by}: asks for spans, which need more packages: pip install 'returns-consumer[otel]'; "
            f"or set {EXPORTER}=none"
        )


def is_otel_installed() -> bool:
    """Whether the extra `otel` is there."""
    try:
        metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError:
        return False
    return True


def _asked_by(environ: Mapping[str, str]) -> str | None:
    """The variable that asks for spans. An empty one counts as unset, as OpenTelemetry has it."""
    exporter = _of(environ, EXPORTER)
    if (_of(environ, DISABLED) or "").lower() == "true" or exporter == "none":
        return None
    return next((name for name in (EXPORTER, *ENDPOINTS) if _of(environ, name)), None)


def _of(environ: Mapping[str, str], name: str) -> str | None:
    return environ.get(name, "").strip() or None
