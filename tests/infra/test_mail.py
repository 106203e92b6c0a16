"""Mail over real sockets: what arrives, what is tried again, and what a name cannot do."""

import asyncio
import secrets
import ssl
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr, ValidationError

from app.infra import mail
from app.infra.mail import Mail, MailNotSent, quoted, send
from app.settings import Settings
from tests.postbox import mailing, postbox, silent

ELSEWHERE = "127.1"
"""Another spelling of this machine, which the rule takes for somewhere else."""
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TEXT = "Bonjour,\n\nVoici un lien :\n\nhttps://grappe.example/" + "x" * 90 + "\n"
NOTE = Mail("essai.1", "camille@essai.example", "Une réponse à l’appel d’offres", TEXT, AT)


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    """Settings with a data folder of their own, and no mail server."""
    return Settings(data_dir=tmp_path)


async def test_a_mail_arrives_as_it_was_written(own: Settings) -> None:
    async with postbox() as box:
        await send(mailing(own, box), NOTE)
    (came,) = box.came
    assert came["From"] == "Grappe <grappe@essai.example>"
    assert (came["To"], came["Subject"]) == (NOTE.to, NOTE.subject)
    assert (came["Auto-Submitted"], came.get_content_type()) == ("auto-generated", "text/plain")
    assert came.get_content().replace("\r\n", "\n") == TEXT
    assert came["Date"].datetime == AT


async def test_the_same_thing_told_twice_is_the_same_message(own: Settings) -> None:
    async with postbox() as box:
        for _ in range(2):
            await send(mailing(own, box), NOTE)
    assert box.raw[0] == box.raw[1]
    assert box.came[0]["Message-ID"] == "<essai.1@essai.example>"


@pytest.mark.parametrize("refusal", ["450 busy", "421 leaving"])
async def test_a_server_that_cannot_now_is_tried_again(own: Settings, refusal: str) -> None:
    async with postbox(refusal=refusal) as box:
        with pytest.raises(MailNotSent):
            await send(mailing(own, box), NOTE)
    assert box.tried == 1


async def test_a_mailbox_that_is_none_is_not_tried_again(own: Settings) -> None:
    async with postbox(refusal="550 no such user") as box:
        await send(mailing(own, box), NOTE)
    assert (box.tried, box.came) == (1, [])


@pytest.mark.parametrize("hang_up", [True, False])
async def test_a_server_that_hangs_or_hangs_up_is_tried_again(
    own: Settings, hang_up: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 0.2)
    async with silent(hang_up=hang_up) as box:
        with pytest.raises(MailNotSent):
            await asyncio.wait_for(send(mailing(own, box), NOTE), 5)
    assert box.tried == 1


async def test_no_server_at_all_is_tried_again(own: Settings) -> None:
    async with postbox() as box:
        pass
    with pytest.raises(MailNotSent):
        await send(mailing(own, box), NOTE)


async def test_beyond_this_machine_nothing_travels_in_the_clear(own: Settings) -> None:
    async with postbox() as box:
        with pytest.raises(MailNotSent):
            await send(mailing(own, box, ELSEWHERE), NOTE)
    assert (box.came, box.tried) == ([], 0)


async def test_starttls_is_used_where_it_is_offered(own: Settings, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    async with postbox(tls=context) as box:
        await send(mailing(own, box), NOTE)
        assert len(box.came) == 1
        with pytest.raises(MailNotSent):  # nobody vouches for this certificate elsewhere
            await send(mailing(own, box, ELSEWHERE), NOTE)
    assert len(box.came) == 1


async def test_without_a_server_the_mail_is_a_file_for_the_owner_alone(
    own: Settings, tmp_path: Path
) -> None:
    for _ in range(2):
        await send(own, NOTE)
    (path,) = (tmp_path / "mail").iterdir()
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    content = path.read_bytes()
    assert TEXT.encode() in content
    assert "Subject: Une réponse à l’appel d’offres".encode() in content
    assert message_from_bytes(content, policy=policy.default)["To"] == NOTE.to


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Camille\r\nBcc: tous@rival.example", "Camille Bcc: tous@rival. example"),
        ("a\u2028b\u0085c\x00d\te", "a b c d e"),
        ("\u202edurand\u202c", "durand"),
        ("https://rival.example/gagné", "https: //rival. example/ gagné"),
        ("S.A. Durand", "S. A. Durand"),
        ("x" * 500, "x" * 79 + "…"),
    ],
)
def test_a_name_is_one_line_with_nothing_to_click_on(name: str, shown: str) -> None:
    assert quoted(name) == shown


async def test_a_subject_cannot_add_a_header(own: Settings) -> None:
    sly = Mail("essai.2", NOTE.to, "Bonjour\r\nBcc: rival@essai.example\r\n\r\nTexte", TEXT, AT)
    async with postbox() as box:
        await send(mailing(own, box), sly)
    (came,) = box.came
    assert came["Bcc"] is None
    assert came.get_content().replace("\r\n", "\n") == TEXT


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"smtp_url": SecretStr("http://me:s3cret@x")}, "not a mail server"),
        ({"smtp_url": SecretStr("smtp://me:s3cret@x:port")}, "not a mail server"),
        ({"mail_from": "a@b.example\nBcc: c@d.example"}, "not one mail address"),
        ({"mail_from": "a@b.example, c@d.example"}, "not one mail address"),
        ({"public_url": "javascript:alert(1)"}, "neither http"),
        ({"public_url": "https://x.example/?a=1"}, "no more than"),
        ({"environment": "production", "public_url": "http://x.example"}, "https:// in production"),
        (
            {"environment": "production", "smtp_url": SecretStr("smtp://x")},
            "PUBLIC_URL is required",
        ),
    ],
)
def test_what_would_not_work_is_refused_at_start(values: dict[str, Any], fault: str) -> None:
    secret = SecretStr(secrets.token_hex(32))
    with pytest.raises(ValidationError, match=fault) as refused:
        Settings(secret_key=secret, **values)
    assert "s3cret" not in str(refused.value)


def self_signed(folder: Path) -> Path:
    """A certificate that nobody vouches for, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
