"""What one request carries along, whatever handles it."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="-")

signed_in: ContextVar[bool] = ContextVar("signed_in", default=False)
"""Whether the credential of this request has opened the database: until then it may be made up."""
