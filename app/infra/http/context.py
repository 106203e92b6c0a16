"""What one request carries along, whatever handles it."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")
