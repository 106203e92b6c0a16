"""Public facts of a concession: ids and years only, and only for its parties."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.kernel.events import Event


@dataclass(frozen=True, slots=True)
class TermsWritten(Event):
    """A new version of the terms."""

    type: ClassVar[str] = "concession.terms_written"
    consortium_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class ForecastWritten(Event):
    """A new version of the forecast."""

    type: ClassVar[str] = "concession.forecast_written"
    consortium_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class CompanyCreated(Event):
    """A company takes over."""

    type: ClassVar[str] = "concession.company_created"
    consortium_id: UUID


@dataclass(frozen=True, slots=True)
class FiguresRecorded(Event):
    """A year's figures, or a correction of them."""

    type: ClassVar[str] = "concession.figures_recorded"
    consortium_id: UUID
    year: int
    number: int


@dataclass(frozen=True, slots=True)
class ReportHandedIn(Event):
    """A year's report went to the authority."""

    type: ClassVar[str] = "concession.report_handed_in"
    consortium_id: UUID
    year: int
