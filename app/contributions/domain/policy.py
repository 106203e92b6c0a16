"""The cluster's rates and fees: dated, versioned, voted. S1 to S20 are DOMAIN.md, section 4."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from app.contributions.domain.fees import FeeBand, FeeTerms
from app.kernel.errors import Conflict, Fault, Invalid
from app.kernel.money import BPS_WHOLE

PLANNED_AHEAD = timedelta(days=2 * 365 + 1)
"""Two years: a version further off would keep the cluster from voting any other before it."""


class FlowNature(StrEnum):
    """What a flow of money is; exactly one rate applies to it (S4, S5)."""

    JOINT_ANSWER = "joint_answer"
    CO_CONTRACTING = "co_contracting"
    BUSINESS = "business"


class Trigger(StrEnum):
    """What makes a contribution due (S2)."""

    AWARD = "award"
    INVOICE = "invoice"
    CASH_RECEIVED = "cash_received"


class Base(StrEnum):
    """What the rate applies to (S1)."""

    EXCLUDING_TAX = "excluding_tax"
    MARGIN = "margin"


class Debtor(StrEnum):
    """Who owes it (S3)."""

    OWN_PART = "own_part"
    LEAD = "lead"
    SELLER = "seller"
    BOTH_HALVES = "both_halves"


class NoPolicy(Conflict):
    """No version of the policy is in force on the day: nothing can be forecast or charged."""

    code = "no_policy"
    title = "Aucun barème de contribution n'est en vigueur à cette date : votez-en un d'abord."


class InvalidTerms(Invalid):
    """Rates or bands do not make a policy."""

    code = "invalid_policy"
    title = "Ce barème n'est pas applicable."


class PolicyOutOfOrder(Conflict):
    """Versions follow each other by date: neither gap nor overlap."""

    code = "policy_out_of_order"
    title = "Une version du barème prend déjà effet à cette date ou après."


@dataclass(frozen=True, slots=True)
class Rate:
    """The rate of one nature of flow, in basis points (1,500 = 15 %)."""

    nature: FlowNature
    bps: int
    trigger: Trigger
    base: Base
    debtor: Debtor


@dataclass(frozen=True, slots=True)
class PolicyTerms:
    """What one version of the policy says. Raises InvalidTerms when it cannot be applied."""

    rates: tuple[Rate, ...]
    fees: FeeTerms

    def __post_init__(self) -> None:
        """Refuse terms that leave a flow or a headcount without exactly one answer."""
        faults = (*_rate_faults(self.rates), *self.fees.faults())
        if faults:
            raise InvalidTerms(faults=faults)

    def rate(self, nature: FlowNature) -> Rate:
        """The rate of a nature of flow."""
        return next(rate for rate in self.rates if rate.nature == nature)


_DEBTORS = {
    FlowNature.JOINT_ANSWER: {Debtor.OWN_PART},
    FlowNature.CO_CONTRACTING: {Debtor.OWN_PART, Debtor.SELLER},
    FlowNature.BUSINESS: {Debtor.OWN_PART, Debtor.SELLER, Debtor.BOTH_HALVES},
}
"""Who may owe: an own part is the seller's, and an invoice to a client has no buyer here."""


def _rate_faults(rates: Sequence[Rate]) -> list[Fault]:
    faults = []
    if sorted(rate.nature for rate in rates) != sorted(FlowNature):
        message = "Chaque nature de flux a un taux et un seul."
        faults.append(Fault("/rates", "one_rate_per_nature", message))
    for index, rate in enumerate(rates):
        where = f"/rates/{index}"
        if not 0 <= rate.bps <= BPS_WHOLE:
            message = "Un taux va de 0 à 10 000 points de base."
            faults.append(Fault(f"{where}/bps", "out_of_range", message))
        # A setting that nothing would apply is refused, not kept and forgotten.
        if rate.nature == FlowNature.JOINT_ANSWER and rate.trigger == Trigger.INVOICE:
            message = (
                "La contribution d'une réponse commune est due à l'encaissement (cash_received)"
                " ou à l'attribution (award) : les factures ne sont pas encore enregistrées."
            )
            faults.append(Fault(f"{where}/trigger", "not_supported", message))
        if rate.nature != FlowNature.JOINT_ANSWER and rate.trigger != Trigger.INVOICE:
            message = "La contribution des flux entre membres est due à la facture (invoice)."
            faults.append(Fault(f"{where}/trigger", "not_supported", message))
        if rate.base != Base.EXCLUDING_TAX:
            message = "La contribution se calcule sur le montant hors taxe."
            faults.append(Fault(f"{where}/base", "not_supported", message))
        if rate.debtor not in _DEBTORS[rate.nature]:
            message = (
                "Chacun la doit sur sa propre part (own_part) ; entre membres, le vendeur (seller),"
                " ou les deux par moitié (both_halves)."
            )
            faults.append(Fault(f"{where}/debtor", "not_supported", message))
    return faults


def default_terms() -> PolicyTerms:
    """The rates of Initiatives et Cité (DOMAIN.md 1), with the defaults of S1 to S3 and S12 to S14.

    The source gives the ends of the fee scale, 300 € and 4,000 €; the bands between them are a
    proposal, for the cluster to vote on: about 100 € per job in the smallest companies, and
    falling to about 40 € at a hundred.
    """
    joint = Rate(
        FlowNature.JOINT_ANSWER, 1_500, Trigger.CASH_RECEIVED, Base.EXCLUDING_TAX, Debtor.OWN_PART
    )
    contracting = Rate(
        FlowNature.CO_CONTRACTING, 400, Trigger.INVOICE, Base.EXCLUDING_TAX, Debtor.OWN_PART
    )
    business = Rate(FlowNature.BUSINESS, 300, Trigger.INVOICE, Base.EXCLUDING_TAX, Debtor.SELLER)
    bands = (
        FeeBand(0, 3, 300_00),
        FeeBand(3, 10, 600_00),
        FeeBand(10, 20, 1_000_00),
        FeeBand(20, 50, 1_800_00),
        FeeBand(50, 100, 2_800_00),
        FeeBand(100, None, 4_000_00),
    )
    return PolicyTerms((joint, contracting, business), FeeTerms(bands))


class Dated(Protocol):
    """A version of something, in force from a day until the next version's."""

    @property
    def valid_from(self) -> date:
        """The first day."""


Version = TypeVar("Version", bound=Dated)


def effective(versions: Sequence[Version], on: date) -> Version | None:
    """The version in force on a day, if any.

    Only the first day of a version is kept: it ends where the next begins, so that a gap or an
    overlap cannot be written (DOMAIN.md 5.6).
    """
    begun = [version for version in versions if version.valid_from <= on]
    return max(begun, key=lambda version: version.valid_from, default=None)


def next_version(versions: Sequence[Version], valid_from: date) -> int:
    """The number of a new version; raises PolicyOutOfOrder unless it begins after all others."""
    if any(version.valid_from >= valid_from for version in versions):
        raise PolicyOutOfOrder
    return len(versions) + 1


def check_first_day(valid_from: date, today: date, *, first: bool) -> None:
    """Raise Invalid unless a version may begin on that day: from today on, within two years.

    A day gone by would have two rates. The ``first`` version of a cluster may have begun long
    ago, since nothing was charged before it.
    """
    latest = today + PLANNED_AHEAD
    if valid_from <= latest and (first or valid_from >= today):
        return
    earliest = "" if first else f"le {today:%d/%m/%Y} au plus tôt et "
    message = f"Une version du barème prend effet {earliest}le {latest:%d/%m/%Y} au plus tard."
    raise Invalid.at("/valid_from", "out_of_range", message)
