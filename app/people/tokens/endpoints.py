"""Programs' tokens over HTTP."""

from fastapi import Request

from app.infra.http.deps import Caller, Session, scopes_of
from app.infra.http.errors import refusals
from app.infra.http.ids import TokenId
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound
from app.people import domain
from app.people.sessions.deps import MeInSession
from app.people.sessions.service import require_session
from app.people.tokens import repository, service
from app.people.tokens.schemas import FreshTokenOut, TokenIn, TokensOut

router = room_router(path="/tokens", tags=["tokens"])


@router.post(
    "",
    operation_id="create_token",
    status_code=201,
    responses=refusals(domain.SessionOnly, NotFound, service.UnknownScope, service.TooManyTokens),
)
async def create_token(
    body: TokenIn, session: Session, actor: MeInSession, caller: Caller, request: Request
) -> FreshTokenOut:
    """Make a token for a program, with the scopes that it needs and no more."""
    service.check_scopes(body.scopes, scopes_of(request.app.routes))
    token_id, secret, expires_at = await service.issue_token(
        session,
        actor,
        caller,
        membership_id=body.membership_id,
        name=body.name,
        scopes=body.scopes,
        days=body.expires_in_days,
    )
    return FreshTokenOut(id=token_id, token=secret, expires_at=expires_at)


@router.get(
    "",
    operation_id="list_tokens",
    responses=refusals(domain.SessionOnly),
    openapi_extra=SIGNED_IN,
)
async def list_tokens(item: Item) -> TokensOut:
    """The caller's live tokens, and those of the programs that they answer for; newest first."""
    _, found = await item.data(repository.live_tokens(item.caller))
    require_session(found["in_session"])
    return TokensOut.model_validate(found)


@router.delete(
    "/{token_id}",
    operation_id="revoke_token",
    status_code=204,
    responses=refusals(domain.SessionOnly, NotFound),
)
async def revoke_token(token_id: TokenId, session: Session, actor: MeInSession) -> None:
    """Revoke a token: it fails from the next request on."""
    await service.revoke_token(session, actor, token_id)
