"""The mail of these tests, and worlds whose searches end."""

from tests.mailroom import mailroom
from tests.searches.conftest import world

__all__ = ["mailroom", "world"]
