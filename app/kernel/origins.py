"""Whom an operator names: origins of pages, networks of proxies."""

import re
from ipaddress import ip_network

_ORIGIN = re.compile(
    r"https?://[a-z0-9.-]{1,253}(:[0-9]{1,5})?|https?://\[[0-9a-f:]{2,39}\](:[0-9]{1,5})?"
)


def split(given: object) -> object:
    """The values of one variable, with commas between them."""
    if not isinstance(given, str):
        return given
    return tuple(filter(None, map(str.strip, given.split(","))))


def read_networks(given: tuple[str, ...]) -> tuple[str, ...]:
    """Addresses and networks, each written in the one way; raises ``ValueError``."""
    networks = [ip_network(one, strict=False) for one in given]
    if any(network.prefixlen == 0 for network in networks):
        raise ValueError("the whole internet is no proxy")
    return tuple(map(str, networks))


def read_origins(given: tuple[str, ...]) -> tuple[str, ...]:
    """Origins (RFC 6454, 6.2), or ``*``; raises ``ValueError``."""
    if not all(one == "*" or _ORIGIN.fullmatch(one) for one in given):
        raise ValueError("an origin is https://host or https://host:port, without a path")
    return given
