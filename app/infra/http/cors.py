"""Which pages of other origins may call the API: by bearer token only, never with cookies."""

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

MAX_AGE_SECONDS = 600
READ = ("ETag", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id")
SENT = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "X-Request-Id")


def add_cors(app: FastAPI, origins: tuple[str, ...]) -> None:
    """Answer pages of these origins; nothing at all without any."""
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=("GET", "POST", "PUT", "PATCH", "DELETE"),
            allow_headers=SENT,
            expose_headers=READ,
            allow_credentials=False,
            max_age=MAX_AGE_SECONDS,
        )
