"""The public register, as endpoints ask for it."""

from typing import Annotated

from fastapi import Depends, Request

from app.clusters import service
from app.clusters.company_search import CompanySearch, RegisteredCompany
from app.clusters.schemas.members import CompanyIn
from app.infra.http.deps import Caller, Here


async def _register(request: Request) -> CompanySearch:
    held: CompanySearch = request.app.state.company_search
    return held


Register = Annotated[CompanySearch, Depends(_register)]


async def _registered(
    body: CompanyIn, register: Register, caller: Caller, here: Here
) -> RegisteredCompany | None:
    """What the register adds to the body. Asked before the request's transaction opens: an

    endpoint names it before its session. Raises Unauthenticated, Forbidden, InvalidSiren.
    """
    if body.complete or not register.on:
        return None
    answer = await service.search_company(here.database, caller, register, body.siren)
    return answer.company


Registered = Annotated[RegisteredCompany | None, Depends(_registered)]
