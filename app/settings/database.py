"""Settings of the database: where it is, as whom, how much of it."""

from typing import Self

from pydantic import Field, model_validator
from sqlalchemy.engine import make_url

from app.kernel.errors import AppError
from app.kernel.secret import is_known
from app.settings.installation import Installation
from app.settings.values import DatabaseUrl


class OwnerUnknown(AppError):
    """The command acts as the owner of the database, and no URL says who that is."""

    code = "owner_unknown"
    title = "Cette commande agit sur la base en propriétaire : donnez GRAPPE_DATABASE_OWNER_URL."


class DatabaseSettings(Installation):
    """PostgreSQL, embedded or given."""

    database_url: DatabaseUrl | None = Field(
        None,
        description="PostgreSQL (15 or later) as the login of requests and jobs. "
        "Without it, an embedded server runs in the data folder.",
    )
    database_owner_url: DatabaseUrl | None = Field(
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

    @model_validator(mode="after")
    def _database_safe(self) -> Self:
        if self.database_url is None and self.database_owner_url is not None:
            raise ValueError(
                "GRAPPE_DATABASE_OWNER_URL needs GRAPPE_DATABASE_URL beside it "
                "(neither, for the embedded server)"
            )
        for name in ("database_url", "database_owner_url") if self.production else ():
            url = getattr(self, name)
            password = make_url(url.get_secret_value()).password if url else None
            if password is not None and is_known(str(password)):
                raise ValueError(f"GRAPPE_{name.upper()} bears a password that everybody knows")
        return self

    def login_url(self) -> str:
        """The database for requests and jobs; raises ``RuntimeError`` when none runs yet."""
        if self.database_url is None:
            raise RuntimeError("no database is running")
        return self.database_url.get_secret_value()

    def owner_url(self) -> str:
        """The database as its owner; raises OwnerUnknown."""
        if self.database_owner_url is None:
            raise OwnerUnknown
        return self.database_owner_url.get_secret_value()
