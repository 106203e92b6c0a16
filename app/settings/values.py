"""Kinds of values that settings have: each is read, or refused before anything starts.

What may hold a password is never said back.
"""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationInfo
from pydantic_settings import NoDecode
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.kernel.mail import read_sender, read_server, read_site
from app.kernel.origins import read_networks, read_origins, split
from app.kernel.secret import weakness


def _expanded(folder: Path) -> Path:
    try:
        return folder.expanduser()
    except RuntimeError:
        raise ValueError("~ leads nowhere: there is no such home") from None


def _postgresql(url: SecretStr) -> SecretStr:
    try:
        engine = make_url(url.get_secret_value()).drivername
    except (ArgumentError, ValueError):
        engine = ""
    if engine not in {"postgresql", "postgres"}:
        raise ValueError("not a PostgreSQL URL (postgresql://user:password@host:port/base)")
    return url


def _mail_server(url: SecretStr) -> SecretStr:
    try:
        read_server(url.get_secret_value())
    except ValueError:
        raise ValueError("not a mail server (smtp://user:password@host:port)") from None
    return url


def _sender(text: str) -> str:
    read_sender(text)
    return text


def _random(secret: SecretStr, field: ValidationInfo) -> SecretStr:
    reason = weakness(secret.get_secret_value())
    if reason is not None:
        raise ValueError(f"GRAPPE_{str(field.field_name).upper()} {reason}")
    return secret


Folder = Annotated[Path, AfterValidator(_expanded)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_postgresql)]
MailUrl = Annotated[SecretStr, AfterValidator(_mail_server)]
Sender = Annotated[str, AfterValidator(_sender)]
Site = Annotated[str, AfterValidator(read_site)]
RandomSecret = Annotated[SecretStr, AfterValidator(_random)]
Networks = Annotated[
    tuple[str, ...], NoDecode, BeforeValidator(split), AfterValidator(read_networks)
]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split), AfterValidator(read_origins)]
