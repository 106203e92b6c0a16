"""What a check of stored rows found."""

from dataclasses import dataclass, field

MAX_SHOWN = 20
"""Faults that a report keeps: the rest is counted, so that a ruin does not fill the memory."""


@dataclass(slots=True)
class Report:
    """A summary in one line for people, and the first faults of all that were counted."""

    summary: str = ""
    faults: int = 0
    shown: list[str] = field(default_factory=list)

    def add(self, fault: str) -> None:
        """Count a fault, and keep it if it is among the first."""
        self.faults += 1
        if len(self.shown) < MAX_SHOWN:
            self.shown.append(fault)
