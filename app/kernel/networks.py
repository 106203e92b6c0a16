"""Networks: whoever has one address of a network has them all."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

PREFIXES = {4: 24, 6: 56}
"""Bits of what one subscriber or company gets at most, as a rule: its addresses count as one."""


@lru_cache(maxsize=4096)
def network_of(address: str) -> str | None:
    """The network of an IP address, an IPv4 one within IPv6 being IPv4; None for anything else."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ip_network((found, PREFIXES[found.version]), strict=False))
