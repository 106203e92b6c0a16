"""The bodies: one builder per operation that needs one, all registered when this is imported."""

from tests.access.builders import (
    alerts,
    calls,
    certificates,
    cluster,
    concessions,
    consortia,
    contracts,
    documents,
    fees,
    flows,
    ledger,
    searches,
)

__all__ = [
    "alerts",
    "calls",
    "certificates",
    "cluster",
    "concessions",
    "consortia",
    "contracts",
    "documents",
    "fees",
    "flows",
    "ledger",
    "searches",
]
