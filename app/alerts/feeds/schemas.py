"""Shapes of private feed addresses on the wire."""

from pydantic import AwareDatetime, Field

from app.infra.http.ids import FeedAddressId
from app.infra.http.schemas import In, Out, ShortText


class FeedAddressIn(In):
    """A private feed address to open."""

    name: ShortText = Field(examples=["Lecteur de flux du bureau"])


class FeedAddressOut(Out):
    """A private feed address, without its secret."""

    id: FeedAddressId
    name: str
    created_at: AwareDatetime


class FreshFeedAddressOut(FeedAddressOut):
    """A private feed address, the one time that it is shown."""

    url: str = Field(
        description="For feed readers. Whoever has it reads the alerts: keep it secret. "
        "With `?search_id=…`, what one saved search found.",
        examples=["https://grappe.example/v1/feeds/grappe_….atom"],
    )
