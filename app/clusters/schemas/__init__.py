"""Shapes of the tenant on the wire, by noun."""
