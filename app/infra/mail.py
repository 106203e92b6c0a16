"""Mail: plain text, by SMTP, or into a folder when no server is set.

A mail is sent by a job, so that it is tried again while the server is away and nothing else
waits for it. The same thing told twice is the same message (Message-ID and Date included): a job
that is run again after the server took the mail adds nothing that a reader would see.
"""

import asyncio
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy, default
from email.utils import format_datetime
from pathlib import Path
from ssl import SSLError

import aiosmtplib
import procrastinate
import structlog

from app.infra.folder import data_folder
from app.kernel.mail import MailServer
from app.settings import Settings

log = structlog.get_logger()

RETRY = procrastinate.RetryStrategy(max_attempts=11, exponential_wait=3)
"""Again after 3, 9, 27 … seconds, for a day: a server's bad night loses no mail."""
TIMEOUT_SECONDS = 30
"""For the whole conversation: a server that hangs holds one job for so long."""
NAME_LENGTH = 80
"""Characters of a name that a mail quotes."""
_REFUSED_FOR_GOOD = 500
"""RFC 5321, 4.2.1: from here on, the same mail would be refused again."""
_FOLDED = re.compile(r"\s+")
_LINKED = re.compile(r"(?<=\w)([.:/])(?=[\w/])")


class _Whole(UnstructuredHeader):
    """A header that is an address of ours, on one line: folded, it would be encoded, and then no
    program finds the address in it.
    """

    def fold(self, *, policy: Policy) -> str:
        """The line (RFC 5322, 2.1.1: of 998 characters at most)."""
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Whole)  # type: ignore[arg-type]
_POLICY = SMTP.clone(header_factory=_HEADERS)


class MailNotSent(Exception):
    """The server is away, or will not have mail at the moment; the job tries again."""


@dataclass(frozen=True, slots=True)
class Mail:
    """What one person is told. ``about`` names the thing, and makes the message its own.

    ``refusal`` is the address that a program may post to, so that no such mail comes again.
    """

    about: str
    to: str
    subject: str
    text: str
    at: datetime
    refusal: str | None = None


def quoted(name: str, length: int = NAME_LENGTH) -> str:
    """A name that someone chose, fit for a mail: one line, bounded, nothing to click on.

    Line breaks, control characters and changes of direction become spaces; a dot between two
    letters gets a space after it, since readers' programs make links of what looks like one.
    """
    inert = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in name)
    inert = _FOLDED.sub(" ", inert).strip()
    if len(inert) > length:
        inert = inert[: length - 1].rstrip() + "…"
    return _LINKED.sub(r"\1 ", inert)


def as_message(mail: Mail, sender: Address) -> EmailMessage:
    """The message with its headers. Raises ``ValueError`` on an address that is none."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = quoted(mail.subject, 200)
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = f"<{mail.about}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834, 5: no out-of-office answers
    if mail.refusal is not None:
        message["List-Unsubscribe"] = f"<{mail.refusal}>"
        if mail.refusal.startswith("https:"):  # RFC 8058, 3.1: by no other way in one click
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text, cte="quoted-printable")
    return message


async def send(settings: Settings, mail: Mail) -> None:
    """Hand the mail to the server, or write it into the data folder when none is set.

    Raises MailNotSent when it is worth trying again; what the server refuses for good is logged,
    and over.
    """
    message = as_message(mail, settings.mail_sender())
    server = settings.mail_server()
    if server is None:
        path = await asyncio.to_thread(_write, data_folder(settings) / "mail", mail, message)
        log.info("mail_written", about=mail.about, path=str(path))
        return
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await _hand_over(server, message)
    except aiosmtplib.SMTPRecipientsRefused as refusal:
        _give_up_or_retry(mail, min(one.code for one in refusal.recipients))
    except (aiosmtplib.SMTPDataError, aiosmtplib.SMTPSenderRefused) as refusal:
        _give_up_or_retry(mail, refusal.code)
    except (aiosmtplib.SMTPException, SSLError, OSError) as error:
        # Never the text: a server may quote the address, or the link.
        raise MailNotSent(type(error).__name__) from None
    log.info("mail_sent", about=mail.about)


async def _hand_over(server: MailServer, message: EmailMessage) -> None:
    await aiosmtplib.send(
        message,
        hostname=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        use_tls=server.tls,
        # Beyond this machine a password and a link never travel in the clear.
        start_tls=None if server.loopback or server.tls else True,
        validate_certs=not server.loopback,
    )


def _give_up_or_retry(mail: Mail, code: int) -> None:
    if code < _REFUSED_FOR_GOOD:
        raise MailNotSent(f"SMTP {code}")
    log.warning("mail_refused", about=mail.about, code=code)


def _write(folder: Path, mail: Mail, message: EmailMessage) -> Path:
    """Write the message as the file of its thing, readable as it is; the owner's alone."""
    folder.mkdir(mode=0o700, exist_ok=True)
    readable = default.clone(utf8=True, cte_type="8bit")
    message.set_content(mail.text, cte="8bit")
    path = folder / f"{mail.at:%Y%m%dT%H%M%SZ}-{mail.about}.eml"
    path.touch(mode=0o600)
    path.write_bytes(message.as_bytes(policy=readable))
    return path
