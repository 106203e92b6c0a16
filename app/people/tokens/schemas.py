"""Shapes of programs' tokens on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StrictInt, StringConstraints

from app.infra.http.ids import MembershipId, TokenId
from app.infra.http.schemas import In, Out, ShortText
from app.kernel.actor import Role

Scope = Annotated[str, StringConstraints(pattern="^[a-z][a-z-]{0,40}:(read|write)$")]


class TokenIn(In):
    """A token to make."""

    name: ShortText = Field(description="What it is for.", examples=["Tableur de la trésorerie"])
    scopes: list[Scope] = Field(
        min_length=1,
        max_length=100,
        description="What it may do, of what its role may: `<tag>:read` or `<tag>:write`.",
        examples=[["tenders:read"]],
    )
    expires_in_days: StrictInt = Field(90, ge=1, le=365)
    membership_id: MembershipId | None = Field(
        None, description="A program's (role `integration`) of the same company; else one's own."
    )


class FreshTokenOut(Out):
    """A token just made; the secret is shown this once."""

    id: TokenId
    token: str = Field(description="Send it as `Authorization: Bearer …`.")
    expires_at: datetime


class TokenOut(Out):
    """A token, without its secret."""

    id: TokenId
    membership_id: MembershipId
    role: Role
    name: str
    scopes: list[str] | None = Field(description="null: whatever the role may.")
    prefix: str = Field(description="How its secret begins, to tell it from others.")
    created_at: datetime
    expires_at: datetime


class TokensOut(Out):
    """Live tokens, newest first."""

    items: list[TokenOut]
