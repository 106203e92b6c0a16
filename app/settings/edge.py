"""Settings of the edge: what a request may cost, and who may stand before us."""

from typing import Self

from pydantic import Field, model_validator

from app.settings.installation import Installation
from app.settings.values import Networks, Origins, RandomSecret

MAX_RATE = 1_000_000_000


class EdgeSettings(Installation):
    """Bounds of requests, proxies, foreign pages, metrics."""

    max_body_bytes: int = Field(
        1_048_576, ge=1024, le=104_857_600, description="Largest request body, in bytes."
    )
    body_timeout_seconds: float = Field(
        30.0,
        gt=0,
        le=600,
        description="Time that a whole request body may take, in seconds; then 408, and the "
        "connection closes.",
    )
    rate_limit_per_minute: int = Field(
        1200,
        ge=0,
        le=MAX_RATE,
        description="Requests of one credential in a minute, per API process; 0 counts none.",
    )
    rate_limit_writes_per_minute: int = Field(
        300, ge=0, le=MAX_RATE, description="Of these, requests that change something."
    )
    rate_limit_anonymous_per_minute: int = Field(
        300,
        ge=0,
        le=MAX_RATE,
        description="Requests in a minute of one network (IPv4 /24, IPv6 /56) without a "
        "credential that has proved itself.",
    )
    trusted_proxies: Networks = Field(
        (),
        description="Addresses or networks, with commas, of the reverse proxies whose "
        "`X-Forwarded-For` and `X-Forwarded-Proto` are believed.",
    )
    cors_origins: Origins = Field(
        (),
        description="Origins, with commas, whose pages may call the API, by bearer token only.",
    )
    metrics_token: RandomSecret | None = Field(
        None,
        description="Bearer token of `/metrics`. Without it, only a program of the same machine "
        "may read them, and nobody through a proxy.",
    )

    @model_validator(mode="after")
    def _edge_safe(self) -> Self:
        if not self.production:
            return self
        if self.metrics_token is not None and self.metrics_token == self.secret_key:
            raise ValueError("GRAPPE_METRICS_TOKEN must not be GRAPPE_SECRET_KEY")
        if any(not origin.startswith("https://") for origin in self.cors_origins):
            raise ValueError("GRAPPE_CORS_ORIGINS names https:// origins in production, never *")
        return self
