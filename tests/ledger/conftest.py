"""A database as requests use it: behind the walls."""

from tests.contributions.conftest import serving

__all__ = ["serving"]
