"""What the public register says of a company, for those who may present one."""

from app.clusters.company_search import CompanySearch, SearchAnswer
from app.clusters.service.companies import checked_siren
from app.infra.db import Anyone, Database
from app.kernel.access import Permission, require


async def search_company(
    database: Database, caller: Anyone, register: CompanySearch, siren: str
) -> SearchAnswer:
    """Ask the register, as someone who may present a company; it is asked by nobody else.

    The caller is checked before: while the register is asked, no connection is held. Raises
    Unauthenticated, Forbidden, InvalidSiren.
    """
    require(await database.identify(caller), Permission.PRESENT_COMPANY)
    return await register.find(checked_siren(siren))
