"""The mail of these tests."""

from tests.mailroom import LINK, Mailroom, mailroom

__all__ = ["LINK", "Mailroom", "mailroom"]
