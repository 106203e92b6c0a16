"""Shapes of private calendar addresses on the wire."""

from pydantic import AwareDatetime, Field

from app.infra.http.ids import CalendarAddressId
from app.infra.http.schemas import In, Out, ShortText


class AddressIn(In):
    """A private calendar address to open."""

    name: ShortText = Field(examples=["Téléphone de Camille"])


class AddressOut(Out):
    """A private calendar address, without its secret."""

    id: CalendarAddressId
    name: str
    created_at: AwareDatetime


class FreshAddressOut(AddressOut):
    """A private calendar address, the one time that it is shown."""

    url: str = Field(
        description="For calendar programs. Whoever has it reads the calendar: keep it secret.",
        examples=["https://grappe.example/v1/calendars/grappe_….ics"],
    )
