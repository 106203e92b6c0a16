"""Single sign-on over HTTP: a browser leaves for the provider, and comes back."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import RedirectResponse
from pydantic import Field

from app.infra.http.credential import drop_cookie, set_cookie
from app.infra.http.deps import Here, Installation, Visitor
from app.infra.http.errors import refusals
from app.infra.http.schemas import Out
from app.infra.http.strict import room_router
from app.people.sessions.deps import Delivery
from app.people.single_sign_on import service
from app.people.single_sign_on.provider import (
    Client,
    Provider,
    ProviderUnavailable,
    SignOnRefused,
    provider,
)

COOKIE = "__Host-grappe-sso"
PATH = "/v1/single-sign-on"
HOME = "/"

router = room_router(tags=["sessions"])
_Given = Annotated[str | None, Query(max_length=2000)]


class MethodsOut(Out):
    """How one may sign in here."""

    password: bool
    single_sign_on: str | None = Field(
        description="What people call the provider; null when there is none."
    )


@router.get("/sign-in-methods", operation_id="get_methods", responses=refusals())
async def get_methods(here: Here) -> MethodsOut:
    """How one may sign in here: for the page that asks."""
    settings = here.settings
    name = settings.oidc_name if settings.oidc_issuer else None
    return MethodsOut(password=True, single_sign_on=name)


@router.get(
    "/single-sign-on",
    operation_id="leave_for_provider",
    status_code=303,
    response_class=RedirectResponse,
    responses=refusals(service.NoSingleSignOn, ProviderUnavailable),
)
async def leave_for_provider(here: Here, visitor: Visitor) -> RedirectResponse:
    """Send the browser to the provider that the operator chose."""
    there, client = _parties(here)
    address, cookie = await service.depart(there, client, here.secret, visitor.now)
    answer = RedirectResponse(address, 303)
    set_cookie(answer, cookie, int(service.PATIENCE.total_seconds()), COOKIE)
    return answer


@router.get(
    "/single-sign-on/callback",
    operation_id="return_from_provider",
    status_code=303,
    response_class=RedirectResponse,
    responses=refusals(
        service.NoSingleSignOn,
        service.NotInvited,
        SignOnRefused,
        ProviderUnavailable,
    ),
)
async def return_from_provider(
    request: Request,
    here: Here,
    visitor: Visitor,
    code: _Given = None,
    state: _Given = None,
    iss: _Given = None,
) -> RedirectResponse:
    """Where the provider sends the browser back to: opens a session in a cookie."""
    there, client = _parties(here)
    answer = RedirectResponse(HOME, 303)
    deliver = Delivery(request, answer, here)
    given = {"code": code, "state": state, "iss": iss}
    opened = await service.arrive(
        here.database,
        visitor,
        there,
        client,
        secret=here.secret,
        life=deliver.life,
        cookie=request.cookies.get(COOKIE),
        came={name: value for name, value in given.items() if value is not None},
    )
    deliver.give(opened, "cookie")
    drop_cookie(answer, COOKIE)
    return answer


def _parties(here: Installation) -> tuple[Provider, Client]:
    settings = here.settings
    issuer, name, secret = (
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
    )
    if not (issuer and name and secret):
        raise service.NoSingleSignOn
    callback = f"{settings.site()}{PATH}/callback"
    return provider(issuer), Client(name, secret.get_secret_value(), callback)
