"""The yearly fee by headcount: S12 to S14 of DOMAIN.md, section 4.

Headcounts are integer hundredths of a full-time equivalent (1,250 = 12.5). A fee is rounded once,
half up, when the part of the year is known: until then it stays an exact fraction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.kernel.errors import Fault
from app.kernel.money import MAX_CENTS

FTE = 100
"""Hundredths in one full-time equivalent."""


class HeadcountMethod(StrEnum):
    """How the headcount of the year before is taken (S12)."""

    AVERAGE = "average"
    DECEMBER_31 = "december_31"
    MAXIMUM = "maximum"


class ProRata(StrEnum):
    """What a member of part of a year owes (S14): all, by month begun, or by day."""

    FULL = "full"
    MONTH = "month"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class FeeBand:
    """The yearly fee, in cents, of a half-open band of headcounts.

    From ``from_headcount`` up to, not including, ``to_headcount`` full-time equivalents; the
    last band has no end.
    """

    from_headcount: int
    to_headcount: int | None
    fee_cents: int


@dataclass(frozen=True, slots=True)
class LinearFee:
    """So many cents per full-time equivalent, never below ``floor_cents`` nor above ``cap_cents``.

    Both ends are those of a whole year, before its part is taken.
    """

    per_fte_cents: int
    floor_cents: int
    cap_cents: int


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """What one version of the policy says of fees (S12 to S14): bands, or a linear scale."""

    bands: tuple[FeeBand, ...] = ()
    linear: LinearFee | None = None
    method: HeadcountMethod = HeadcountMethod.AVERAGE
    pro_rata: ProRata = ProRata.MONTH

    def faults(self) -> list[Fault]:
        """What leaves a headcount without exactly one fee."""
        if self.linear is None:
            return _band_faults(self.bands)
        if self.bands:
            message = "Un barème est par tranches ou linéaire, jamais les deux."
            return [Fault("/linear_fee", "two_scales", message)]
        return _linear_faults(self.linear)

    def band(self, hundredths: int) -> FeeBand | None:
        """The band of a headcount; None on a linear scale."""
        return next(
            (
                band
                for band in self.bands
                if band.to_headcount is None or hundredths < band.to_headcount * FTE
            ),
            None,
        )

    def yearly(self, hundredths: int) -> int:
        """The fee of a whole year in hundredths of a cent; raises ``ValueError`` below zero."""
        if hundredths < 0:
            raise ValueError("a headcount is never negative")
        if self.linear is not None:
            most, least = self.linear.cap_cents * FTE, self.linear.floor_cents * FTE
            return max(least, min(most, self.linear.per_fte_cents * hundredths))
        band = self.band(hundredths)
        if band is None:
            raise ValueError("the last band has no end")
        return band.fee_cents * FTE


def _band_faults(bands: Sequence[FeeBand]) -> list[Fault]:
    if not bands:
        return [Fault("/fee_bands", "missing", "Il faut une tranche de cotisation au moins.")]
    faults = []
    expected: int | None = 0
    for index, band in enumerate(bands):
        where = f"/fee_bands/{index}"
        if band.from_headcount != expected:
            message = "Les tranches se suivent depuis 0, sans trou ni chevauchement."
            faults.append(Fault(f"{where}/from_headcount", "gap_or_overlap", message))
        if band.to_headcount is not None and band.to_headcount <= band.from_headcount:
            message = "Une tranche finit après son début."
            faults.append(Fault(f"{where}/to_headcount", "empty_band", message))
        if not 0 <= band.fee_cents <= MAX_CENTS:
            message = "Une cotisation n'est ni négative ni démesurée."
            faults.append(Fault(f"{where}/fee_cents", "out_of_range", message))
        expected = band.to_headcount
    if expected is not None:
        message = "La dernière tranche n'a pas de fin."
        faults.append(Fault(f"/fee_bands/{len(bands) - 1}/to_headcount", "not_open", message))
    return faults


def _linear_faults(linear: LinearFee) -> list[Fault]:
    faults = []
    for name in ("per_fte", "floor", "cap"):
        if not 0 <= getattr(linear, f"{name}_cents") <= MAX_CENTS:
            message = "Une cotisation n'est ni négative ni démesurée."
            faults.append(Fault(f"/linear_fee/{name}", "out_of_range", message))
    if linear.floor_cents > linear.cap_cents:
        message = "Le plancher de la cotisation ne dépasse pas son plafond."
        faults.append(Fault("/linear_fee/floor", "above_the_cap", message))
    return faults
