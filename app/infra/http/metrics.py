"""Requests counted and timed, by the route's template: never by path, which holds ids."""

import hmac
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from fastapi import FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from pydantic import SecretStr

from app.infra.http.credential import bearer_token
from app.kernel.errors import NotFound

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""Upper bounds, in seconds."""


class Metrics:
    """One registry per app. The route is the one that answered: nothing is matched twice."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._seconds = Histogram(
            "http_request_duration_seconds",
            "Time to answer, by method, route and status.",
            ("method", "handler", "status"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._children: dict[tuple[str, str, int], Histogram] = {}

    def observe(self, scope: Mapping[str, Any], status: int, seconds: float) -> None:
        """Record one answer."""
        # A client may make up any path and method: both are named only when a route knew them.
        route = scope.get("route")
        handler = route.path if route is not None else "none"
        method = scope["method"] if route is not None else "none"
        key = (method, handler, status)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = self._seconds.labels(method, handler, str(status))
        child.observe(seconds)

    def text(self) -> bytes:
        """What Prometheus reads."""
        return generate_latest(self._registry)


_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def add_metrics(app: FastAPI, metrics: Metrics, token: SecretStr | None) -> None:
    """Serve ``/metrics`` to its own token; without one, to a program of this machine.

    To a stranger there is no such page: a rival would read in the counters that someone bids.
    """

    @app.get("/metrics", include_in_schema=False)
    async def get_metrics(request: Request) -> Response:
        if not (_from_here(request) if token is None else _bears(request, token)):
            raise NotFound
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _bears(request: Request, token: SecretStr) -> bool:
    given = bearer_token(request.headers.get("authorization", "")) or ""
    return hmac.compare_digest(given.encode(), token.get_secret_value().encode())


def _from_here(request: Request) -> bool:
    """Whether a program of this machine asks for itself, and for nobody behind it."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
