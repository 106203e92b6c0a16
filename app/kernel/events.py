"""Public facts of a room, told upward through the journal."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Event:
    """A fact, thin: ids only, never an amount or a name. ``type`` is ``noun.verb_past``."""

    type: ClassVar[str]
