"""Private feed addresses over HTTP, and the feeds that they lead to."""

from fastapi import Response

from app.alerts import domain
from app.alerts.addresses import FEED, close_address, open_address
from app.alerts.feeds import atom, repository
from app.alerts.feeds.schemas import FeedAddressIn, FeedAddressOut, FreshFeedAddressOut
from app.alerts.private import Private, at_private_address
from app.infra.http.deps import Caller, Here, Session
from app.infra.http.errors import refusals
from app.infra.http.ids import FeedAddressId, SavedSearchId
from app.infra.http.listing import PAGE, Listed
from app.infra.http.schemas import ListOut
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound
from app.people.sessions.deps import MeInSession

router = room_router(tags=["feeds"])


@router.post(
    "/feed-addresses",
    operation_id="open_feed_address",
    status_code=201,
    responses=refusals(domain.TooManyFeedAddresses),
)
async def open_feed_address(
    body: FeedAddressIn, session: Session, actor: MeInSession, caller: Caller, here: Here
) -> FreshFeedAddressOut:
    """Open a private feed address, shown this once: one's alerts, read only, no price of ours."""
    opened = await open_address(session, actor, caller, FEED, body.name)
    return FreshFeedAddressOut(
        id=opened.id,
        name=opened.name,
        created_at=opened.created_at,
        url=f"{here.settings.site()}/v1/feeds/{opened.secret}.atom",
    )


@router.get(
    "/feed-addresses",
    operation_id="list_feed_addresses",
    response_model=ListOut[FeedAddressOut],
    responses=refusals(),
    openapi_extra=PAGE,
)
async def list_feed_addresses(page: Listed) -> Response:
    """The caller's feed addresses, newest first, without their secrets."""
    return await page.list(FEED.mine)


@router.delete(
    "/feed-addresses/{address_id}",
    operation_id="close_feed_address",
    status_code=204,
    responses=refusals(NotFound),
)
async def close_feed_address(
    address_id: FeedAddressId, session: Session, actor: MeInSession
) -> None:
    """Close a feed address: it fails from the next request on."""
    await close_address(session, actor, FEED, address_id)


@router.get(
    "/feeds/{secret}.atom",
    operation_id="get_feed",
    response_class=Response,
    responses=at_private_address("application/atom+xml", refusals(NotFound)),
)
async def get_feed(private: Private, search_id: SavedSearchId | None = None) -> Response:
    """The newest alerts of the address's owner, as Atom; with `search_id`, what that saved search
    found. The address is the credential.
    """
    return await private.read(
        FEED,
        repository.of_search(search_id) if search_id else repository.FEED,
        "application/atom+xml; charset=utf-8",
        lambda shown: atom.feed(shown, private.site),
    )
