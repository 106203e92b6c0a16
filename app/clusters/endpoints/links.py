"""Links between companies over HTTP."""

from fastapi import Response

from app.clusters import domain, repository, service
from app.clusters.schemas.links import MemberLinkIn, MemberLinkOut, MemberLinksOut
from app.infra.http.deps import Me, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import MemberId, MemberLinkId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.once import ONCE_ERRORS, Once
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound

router = room_router("/members/{member_id}/links", tags=["members"])


@router.get(
    "",
    operation_id="list_member_links",
    response_model=MemberLinksOut,
    responses=refusals(NotFound),
    openapi_extra=SIGNED_IN,
)
async def list_member_links(member_id: MemberId, item: Item) -> Response:
    """Which companies were said to be linked to this one, by whom, and what proves it."""
    return await item.item(repository.links_item(member_id))


@router.post(
    "",
    operation_id="declare_member_link",
    status_code=201,
    response_model=MemberLinkOut,
    responses=refusals(
        NotFound,
        domain.MemberNotActive,
        domain.LinkedToItself,
        domain.UnknownMember,
        domain.AlreadyLinked,
        *ONCE_ERRORS,
    ),
)
async def declare_member_link(
    member_id: MemberId, body: MemberLinkIn, session: Session, actor: Me, once: Once
) -> Response:
    """Say that two companies are linked (the one's manager, the coordinator): tenders may forbid

    that such companies bid apart.
    """
    link = await service.declare_link(
        session,
        actor,
        member_id,
        other_member_id=body.other_member_id,
        kind=body.kind,
        evidence=body.evidence,
    )
    return await once.keep(MemberLinkOut.model_validate(link))


@router.post(
    "/{link_id}/endings",
    operation_id="end_member_link",
    status_code=201,
    response_model=MemberLinkOut,
    responses=refusals(NotFound, domain.NotYourWord, domain.LinkEnded, *ONCE_ERRORS),
)
async def end_member_link(
    member_id: MemberId, link_id: MemberLinkId, session: Session, actor: Me, once: Once
) -> Response:
    """Take a word on two companies back (who gave it; the coordinator, any)."""
    link = await service.end_link(session, actor, member_id, link_id)
    return await once.keep(MemberLinkOut.model_validate(link))
