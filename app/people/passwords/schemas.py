"""Shapes of passwords on the wire."""

from pydantic import Field

from app.infra.http.schemas import In, Out
from app.people.schemas import NEW_PASSWORD, Email, LinkToken, NewPassword


class ResetIn(In):
    """The address whose password is lost."""

    email: Email


class ResetOut(Out):
    """The same for every address, known or not."""

    status: str = Field("accepted", examples=["accepted"])


class ResetAcceptanceIn(In):
    """A link, and the new password."""

    token: LinkToken = Field(description="What follows `#` in the link of the mail.")
    password: NewPassword = Field(description=NEW_PASSWORD)


class PasswordIn(In):
    """A change of password by who knows the present one."""

    current_password: NewPassword
    new_password: NewPassword = Field(description=NEW_PASSWORD)
