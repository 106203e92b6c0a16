"""Shapes of second factors on the wire."""

from pydantic import Field

from app.infra.http.schemas import In, Out
from app.people.sessions.schemas import Code, Password, SessionOut


class SecondFactorIn(In):
    """Who asks for an authenticator."""

    password: Password | None = Field(
        None, description="One's password, again; null for who has none."
    )


class SecondFactorOut(Out):
    """An authenticator to be; shown this once."""

    secret: str = Field(description="To type into an authenticator application (base32).")
    uri: str = Field(description="The same as an `otpauth:` address, for a QR code.")


class ConfirmationIn(In):
    """That the authenticator works."""

    code: Code = Field(examples=["492039"])


class ConfirmationOut(Out):
    """Codes for the day it is lost, each good once; shown this once."""

    recovery_codes: list[str]
    session: SessionOut


class RemovalIn(In):
    """That the caller is who they are, twice."""

    password: Password | None = Field(
        None, description="One's password, again; null for who has none."
    )
    code: Code = Field(description="The authenticator's, or a recovery code.")
