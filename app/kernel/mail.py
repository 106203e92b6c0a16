"""Where mail goes out, and from whom: as an operator writes it."""

import re
from dataclasses import dataclass
from email.headerregistry import Address
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

SUBMISSION, SUBMISSIONS = 587, 465
"""RFC 6409, 3.1; RFC 8314, 3.3."""

MAX_ADDRESS_LENGTH, MAX_LOCAL_LENGTH = 254, 64
"""RFC 5321, 4.5.3.1.3 (without its angle brackets) and 4.5.3.1.1."""
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_SENDER = re.compile(r"(?:(?P<name>[^<>\"]{0,100}) )?<(?P<address>[^<>]+)>")


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server that takes our mail; ``tls`` from the first byte, otherwise by STARTTLS."""

    host: str
    port: int
    tls: bool
    username: str | None
    password: str | None

    @property
    def loopback(self) -> bool:
        """Whether it is this machine, so that nothing travels."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def read_server(url: str) -> MailServer:
    """The server of ``smtp://user:password@host:port`` or ``smtps://…``; raises ``ValueError``."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("neither smtp:// nor smtps://")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("nothing comes after the port")
    tls = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname,
        port=parts.port or (SUBMISSIONS if tls else SUBMISSION),
        tls=tls,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def is_address(text: str) -> bool:
    """Whether any mail server takes it: a dot-atom (RFC 5322, 3.4.1) at a host name, in ASCII."""
    local = text.partition("@")[0]
    return (
        len(text) <= MAX_ADDRESS_LENGTH
        and len(local) <= MAX_LOCAL_LENGTH
        and _ADDRESS.fullmatch(text) is not None
    )


def normal_address(text: str) -> str:
    """An address as it is kept, looked up and counted, however it was written.

    Small letters are Python's everywhere: PostgreSQL's make an i of a dotted one (U+0130), and
    with two ways one account would have two counts.
    """
    return text.strip().lower()


def read_sender(text: str) -> Address:
    """The one address in ``Name <user@host>`` or ``user@host``; raises ``ValueError``."""
    named = _SENDER.fullmatch(text)
    name, address = (named["name"] or "", named["address"]) if named else ("", text)
    if not is_address(address) or not name.isprintable():
        raise ValueError("not one mail address (Name <user@host>)")
    return Address(display_name=name, addr_spec=address)


def read_site(url: str) -> str:
    """A web address without its last slash; raises ``ValueError``."""
    parts = urlsplit(url)
    plain = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
        raise ValueError("neither http:// nor https://")
    if parts.username or parts.query or parts.fragment or parts.port == 0:
        raise ValueError("no more than https://host:port/path")
    return url.rstrip("/")
