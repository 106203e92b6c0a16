"""What the public register says of a company, for those who may present one."""

from app.clusters.company_search import CompanySearch, SearchAnswer
from app.clusters.service.companies import checked_siren
from app.infra.db import Anyone, Database, enter
from app.kernel.access import Permission, require


async def search_company(
    database: Database, caller: Anyone, register: CompanySearch, siren: str
) -> SearchAnswer:
    """Ask the register, as someone who may present a company; it is asked by nobody else.

    The caller is checked in a transaction of its own: while the register is asked, no connection
    is held. Raises Unauthenticated, Forbidden, InvalidSiren.
    """
    async with database.transaction() as session:
        require(await enter(session, caller), Permission.PRESENT_COMPANY)
    return await register.find(checked_siren(siren))
