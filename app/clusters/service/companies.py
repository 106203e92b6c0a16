"""A company as it is declared, and its numbers."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number

from app.clusters import domain
from app.infra.db import hold
from app.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Company:
    """What is declared of a company; ``headcount`` is in full-time equivalents."""

    name: str
    siren: str
    siret: str | None = None
    legal_form: str | None = None
    city: str | None = None
    address: str | None = None
    headcount: int | None = None
    skills: tuple[str, ...] = ()

    def columns(self) -> dict[str, Any]:
        """The same as the columns of who would join, and of who did."""
        return {**asdict(self), "skills": list(self.skills)}


def checked(company: Company) -> Company:
    """The same with bare numbers; raises InvalidSiren."""
    siren = checked_siren(company.siren)
    siret = None if company.siret is None else checked_siret(company.siret, siren)
    return replace(company, siren=siren, siret=siret)


def checked_siren(given: str) -> str:
    """Nine bare digits, whatever spaces they were typed with; raises InvalidSiren."""
    siren = _bare(given)
    if not siren_number.is_valid(siren):
        raise domain.InvalidSiren
    return siren


def checked_siret(given: str, siren: str = "") -> str:
    """Fourteen bare digits, of that SIREN; raises InvalidSiren.

    La Poste's have their own rule: most sum to a multiple of five.
    """
    siret = _bare(given)
    if not (siret_number.is_valid(siret) and siret.startswith(siren)):
        raise domain.InvalidSiren
    return siret


async def lock_company(session: AsyncSession, actor: Actor, siren: str) -> None:
    """Let one admission or candidacy of a company be decided at a time."""
    await hold(session, f"company {actor.cluster_id} {siren}")


def _bare(number: str) -> str:
    return "".join(number.split())
