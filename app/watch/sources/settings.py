"""What an operator may set of a source, checked once, when it is set."""

from collections.abc import Mapping
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ValidationError

from app.kernel.errors import Invalid


class BadSettings(Invalid):
    """A setting that the source's kind does not know, or not so."""

    code = "bad_settings"
    title = "Réglage de source incorrect :"


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("not a time zone") from None
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
"""An IANA time zone."""


def listed(value: object) -> object:
    """A list, also when it was typed as one text with commas."""
    return [one.strip() for one in value.split(",")] if isinstance(value, str) else value


def checked(model: type[BaseModel], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as they are stored: no more than was given. Raises BadSettings."""
    try:
        known = model.model_validate(settings)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        lines = (f"{'.'.join(str(part) for part in one['loc'])} ({one['msg']})" for one in faults)
        raise BadSettings(" ; ".join(lines)[:500]) from None
    return known.model_dump(mode="json", by_alias=True, exclude_unset=True)
