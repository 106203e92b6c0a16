"""Requests counted and timed, by the route's template: never by path, which holds ids."""

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Histogram, generate_latest

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
