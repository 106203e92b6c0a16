"""Every setting of the service, read once from the environment, and nowhere else."""

from email.headerregistry import Address
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.kernel.errors import AppError
from app.kernel.mail import MailServer, read_sender, read_server, read_site
from app.kernel.origins import read_networks, read_origins, split
from app.kernel.secret import is_known, weakness

MAX_RATE = 1_000_000_000

Listed = Annotated[tuple[str, ...], NoDecode]
"""Several values in one variable, with commas."""


class OwnerUnknown(AppError):
    """The command acts as the owner of the database, and no URL says who that is."""

    code = "owner_unknown"
    title = "Cette commande agit sur la base en propriétaire : donnez GRAPPE_DATABASE_OWNER_URL."


class Settings(BaseSettings):
    """Frozen. Each field is an environment variable ``GRAPPE_<NAME>``; all have safe defaults.

    Raises ``pydantic.ValidationError`` on an unknown value, or on one that is unsafe in
    production.
    """

    model_config = SettingsConfigDict(
        env_prefix="GRAPPE_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    environment: Literal["development", "production"] = Field(
        "development", description="`production` refuses unsafe values at start."
    )
    host: str = Field("127.0.0.1", description="Address that the API listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port that the API listens on.")
    data_dir: Path = Field(
        Path(".grappe"), description="Folder of the embedded PostgreSQL, generated secrets, files."
    )
    database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL (15 or later) as the login of requests and jobs. "
        "Without it, an embedded server runs in the data folder.",
    )
    database_owner_url: SecretStr | None = Field(
        None,
        description="The same database as its owner, for migrations and the operator's commands "
        "alone: `grappe serve` and `grappe worker` do without.",
    )
    pool_size: int = Field(
        8, ge=1, le=100, description="Connections of one API process, per pool (reads, writes)."
    )
    statement_timeout_ms: int = Field(
        10_000, ge=100, le=600_000, description="Longest statement of a request, in milliseconds."
    )
    secret_key: SecretStr | None = Field(
        None,
        description="Signs list cursors; 32 characters at least. Generated in the data folder "
        "in development, required in production, the same on every machine.",
    )
    session_hours: int = Field(
        12, ge=1, le=720, description="Life of a session without a renewal, in hours."
    )
    session_days: int = Field(
        14, ge=1, le=365, description="Life of a session with all its renewals, in days."
    )
    oidc_issuer: str | None = Field(
        None, description="OpenID Connect provider for single sign-on; off when not set."
    )
    oidc_client_id: str | None = Field(None, description="Our name at that provider.")
    oidc_client_secret: SecretStr | None = Field(None, description="Our secret there.")
    oidc_name: str = Field(
        "Compte de l'organisation", max_length=60, description="What people call the provider."
    )
    max_body_bytes: int = Field(
        1_048_576, ge=1024, le=104_857_600, description="Largest request body, in bytes."
    )
    smtp_url: SecretStr | None = Field(
        None,
        description="Mail server, `smtp://user:password@host:587` (STARTTLS required beyond this "
        "machine) or `smtps://…:465`. Without it, mails are files in the data folder.",
    )
    mail_from: str = Field(
        "Grappe <grappe@localhost>", max_length=320, description="Sender of the service's mails."
    )
    public_url: str | None = Field(
        None,
        description="Address that people reach the service at, for the links in mails; from host "
        "and port when not set.",
    )
    body_timeout_seconds: float = Field(
        30.0,
        gt=0,
        le=600,
        description="Time that a whole request body may take, in seconds; then 408, and the "
        "connection closes.",
    )
    rate_limit_per_minute: int = Field(
        1200,
        ge=0,
        le=MAX_RATE,
        description="Requests of one credential in a minute, per API process; 0 counts none.",
    )
    rate_limit_writes_per_minute: int = Field(
        300, ge=0, le=MAX_RATE, description="Of these, requests that change something."
    )
    rate_limit_anonymous_per_minute: int = Field(
        300,
        ge=0,
        le=MAX_RATE,
        description="Requests in a minute of one network (IPv4 /24, IPv6 /56) without a "
        "credential that has proved itself.",
    )
    trusted_proxies: Listed = Field(
        (),
        description="Addresses or networks, with commas, of the reverse proxies whose "
        "`X-Forwarded-For` and `X-Forwarded-Proto` are believed.",
    )
    cors_origins: Listed = Field(
        (),
        description="Origins, with commas, whose pages may call the API, by bearer token only.",
    )
    metrics_token: SecretStr | None = Field(
        None,
        description="Bearer token of `/metrics`. Without it, only a program of the same machine "
        "may read them, and nobody through a proxy.",
    )
    worker: bool = Field(
        True, description="Whether `grappe serve` starts a job worker as its child process."
    )
    worker_concurrency: int = Field(
        4, ge=1, le=64, description="Jobs that one worker runs at once."
    )
    contact: str = Field(
        "https://example.org/grappe",
        max_length=200,
        description="Address or page in the User-Agent of what leaves (watch imports, company "
        "search), so that a source can reach its client's operator.",
    )
    company_search_url: str | None = Field(
        None,
        description="Public register of companies, such as "
        "`https://recherche-entreprises.api.gouv.fr`: completes a company by its SIREN. Off "
        "without it.",
    )
    log_format: Literal["text", "json"] = Field("text", description="`json` for log collectors.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severity that is logged."
    )

    @field_validator("data_dir")
    @classmethod
    def _expanded(cls, folder: Path) -> Path:
        try:
            return folder.expanduser()
        except RuntimeError:
            raise ValueError("~ leads nowhere: there is no such home") from None

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _postgresql(cls, url: SecretStr | None) -> SecretStr | None:
        if url is None:
            return url
        try:
            engine = make_url(url.get_secret_value()).drivername
        except (ArgumentError, ValueError):
            engine = ""
        if engine not in {"postgresql", "postgres"}:
            # Never the value: it holds a password.
            raise ValueError("not a PostgreSQL URL (postgresql://user:password@host:port/base)")
        return url

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, url: SecretStr | None) -> SecretStr | None:
        try:
            if url is not None:
                read_server(url.get_secret_value())
        except ValueError:
            # Never the value: it holds a password.
            raise ValueError("not a mail server (smtp://user:password@host:port)") from None
        return url

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, text: str) -> str:
        read_sender(text)
        return text

    @field_validator("public_url", "company_search_url", "oidc_issuer")
    @classmethod
    def _site(cls, url: str | None) -> str | None:
        return url if url is None else read_site(url)

    @field_validator("trusted_proxies", "cors_origins", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        return split(given)

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        return read_networks(given)

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        return read_origins(given)

    @field_validator("secret_key", "metrics_token")
    @classmethod
    def _random(cls, secret: SecretStr | None, field: ValidationInfo) -> SecretStr | None:
        reason = weakness(secret.get_secret_value()) if secret is not None else None
        if reason is not None:
            raise ValueError(f"GRAPPE_{str(field.field_name).upper()} {reason}")
        return secret

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.database_url is None and self.database_owner_url is not None:
            raise ValueError(
                "GRAPPE_DATABASE_OWNER_URL needs GRAPPE_DATABASE_URL beside it "
                "(neither, for the embedded server)"
            )
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret):
            raise ValueError("GRAPPE_OIDC_ISSUER needs GRAPPE_OIDC_CLIENT_ID and _CLIENT_SECRET")
        if self.environment == "production":
            self._safe_in_production()
        return self

    def _safe_in_production(self) -> None:
        if self.secret_key is None:
            raise ValueError("GRAPPE_SECRET_KEY is required in production")
        if self.public_url is not None and not self.public_url.startswith("https://"):
            raise ValueError("GRAPPE_PUBLIC_URL is https:// in production: links carry secrets")
        if self.oidc_issuer and not (self.public_url and self.oidc_issuer.startswith("https://")):
            raise ValueError("GRAPPE_OIDC_ISSUER is https:// in production, and needs a public URL")
        if self.smtp_url is not None and self.public_url is None:
            raise ValueError("GRAPPE_PUBLIC_URL is required beside GRAPPE_SMTP_URL in production")
        if self.smtp_url is not None and self.mail_sender().domain == "localhost":
            raise ValueError("GRAPPE_MAIL_FROM is required beside GRAPPE_SMTP_URL in production")
        if self.metrics_token is not None and self.metrics_token == self.secret_key:
            raise ValueError("GRAPPE_METRICS_TOKEN must not be GRAPPE_SECRET_KEY")
        if any(not origin.startswith("https://") for origin in self.cors_origins):
            raise ValueError("GRAPPE_CORS_ORIGINS names https:// origins in production, never *")
        for name in ("database_url", "database_owner_url"):
            url = getattr(self, name)
            password = make_url(url.get_secret_value()).password if url else None
            if password is not None and is_known(str(password)):
                raise ValueError(f"GRAPPE_{name.upper()} bears a password that everybody knows")

    def login_url(self) -> str:
        """The database for requests and jobs; raises ``RuntimeError`` when none runs yet."""
        if self.database_url is None:
            raise RuntimeError("no database is running")
        return self.database_url.get_secret_value()

    def mail_server(self) -> MailServer | None:
        """Who takes our mail, if anyone does."""
        return read_server(self.smtp_url.get_secret_value()) if self.smtp_url else None

    def mail_sender(self) -> Address:
        """Who our mail is from."""
        return read_sender(self.mail_from)

    def site(self) -> str:
        """Where people reach the service, without a slash at the end."""
        if self.public_url is not None:
            return self.public_url
        everywhere = self.host in {"0.0.0.0", "::"}  # noqa: S104 - told apart, not listened on
        host = "localhost" if everywhere else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def owner_url(self) -> str:
        """The database as its owner; raises OwnerUnknown."""
        if self.database_owner_url is None:
            raise OwnerUnknown
        return self.database_owner_url.get_secret_value()
