"""The mail of these tests."""

from tests.mailroom import mailroom

__all__ = ["mailroom"]
