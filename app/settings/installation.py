"""Settings of the installation itself: what it is, where it is, what it keeps."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.settings.values import Folder, RandomSecret, Site


class Installation(BaseSettings):
    """What every other part of the settings may lean on."""

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
    public_url: Site | None = Field(
        None,
        description="Address that people reach the service at, for the links in mails; from host "
        "and port when not set.",
    )
    data_dir: Folder = Field(
        Path(".grappe"), description="Folder of the embedded PostgreSQL, generated secrets, files."
    )
    secret_key: RandomSecret | None = Field(
        None,
        description="Signs list cursors and mailed links, seals second factors: a new one ends "
        "them. 32 characters at least; generated in the data folder in development, required in "
        "production, the same on every machine.",
    )
    log_format: Literal["text", "json"] = Field("text", description="`json` for log collectors.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severity that is logged."
    )

    @property
    def production(self) -> bool:
        """Whether what is unsafe is refused."""
        return self.environment == "production"

    @model_validator(mode="after")
    def _installation_safe(self) -> Self:
        if self.production and self.secret_key is None:
            raise ValueError("GRAPPE_SECRET_KEY is required in production")
        if self.production and self.public_url and not self.public_url.startswith("https://"):
            raise ValueError("GRAPPE_PUBLIC_URL is https:// in production: links carry secrets")
        return self

    def site(self) -> str:
        """Where people reach the service, without a slash at the end."""
        if self.public_url is not None:
            return self.public_url
        everywhere = self.host in {"0.0.0.0", "::"}  # noqa: S104 - told apart, not listened on
        host = "localhost" if everywhere else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
