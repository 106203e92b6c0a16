"""Networks: which addresses count as one."""

import pytest

from app.kernel.networks import network_of


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.254", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("::ffff:192.0.2.1", "192.0.2.9", True),
        ("2001:db8:0:100::1", "2001:db8:0:1ff::1", True),
        ("2001:db8:0:ff::1", "2001:db8::2", True),
        ("2001:db8:0:100::1", "2001:db8:0:200::1", False),
        ("2001:db8:0:100::1", "2001:db8::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("::1", "127.0.0.1", False),
    ],
)
def test_neighbours_count_as_one(one: str, other: str, same: bool) -> None:
    networks = network_of(one), network_of(other)
    assert None not in networks
    assert (networks[0] == networks[1]) is same


@pytest.mark.parametrize("word", ["", "-", "unix", "nonsense", "192.0.2", "%eth0"])
def test_what_is_no_address_has_no_network(word: str) -> None:
    assert network_of(word) is None
