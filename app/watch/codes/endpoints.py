"""Code lists and French areas, for whoever chooses among them."""

from typing import Annotated

from fastapi import Response

from app.infra.db import ItemQuery
from app.infra.http.errors import refusals
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.listing import Reader, asks, listing
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.watch.codes import repository
from app.watch.codes.domain import CodeList
from app.watch.codes.schemas import AREAS, AreasOut, CpvOut, CpvSearch, NutsOut, NutsSearch

router = room_router()

_AREAS = AREAS.model_dump_json()
_SIGNED_IN = ItemQuery("SELECT '{}' AS item, NULL AS version")
"""Nothing is read: it tells who asks."""


@router.get(
    "/codes/cpv",
    tags=["codes"],
    operation_id="search_cpv_codes",
    response_model=ListOut[CpvOut],
    responses=refusals(),
    openapi_extra=asks(CpvSearch),
)
async def search_cpv_codes(page: Annotated[Reader[CpvSearch], listing(CpvSearch)]) -> Response:
    """CPV codes, in their order: what is bought. Without the operator's import, the groups."""
    return await page.list(repository.codes(CodeList.CPV, page.asked.search()))


@router.get(
    "/codes/nuts",
    tags=["codes"],
    operation_id="search_nuts_codes",
    response_model=ListOut[NutsOut],
    responses=refusals(),
    openapi_extra=asks(NutsSearch),
)
async def search_nuts_codes(page: Annotated[Reader[NutsSearch], listing(NutsSearch)]) -> Response:
    """NUTS codes, in their order: where. Without the operator's import, those of France."""
    return await page.list(repository.codes(CodeList.NUTS, page.asked.search()))


@router.get(
    "/areas",
    tags=["codes"],
    operation_id="get_areas",
    response_model=AreasOut,
    responses=refusals(),
    openapi_extra=SIGNED_IN,
)
async def get_areas(item: Item) -> Response:
    """French regions and departments, their NUTS codes, neighbours and time zones."""
    await item.data(_SIGNED_IN)
    return Response(_AREAS, media_type="application/json")
