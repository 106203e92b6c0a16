"""Second factors over HTTP."""

from app.infra.http.deps import Caller, Here
from app.infra.http.errors import refusals
from app.infra.http.strict import room_router
from app.kernel.errors import NotFound
from app.people import domain
from app.people.attempts import TooManyAttempts
from app.people.second_factor import service
from app.people.second_factor.schemas import (
    ConfirmationIn,
    ConfirmationOut,
    RemovalIn,
    SecondFactorIn,
    SecondFactorOut,
)
from app.people.sessions.deps import Deliver

router = room_router(path="/me/second-factor", tags=["sessions"])
_PROVEN = (domain.SessionOnly, domain.WrongCredentials, TooManyAttempts, domain.TooManySignIns)


@router.post(
    "",
    operation_id="request_second_factor",
    status_code=201,
    responses=refusals(*_PROVEN, service.SecondFactorSet),
)
async def request_second_factor(
    body: SecondFactorIn, caller: Caller, here: Here
) -> SecondFactorOut:
    """A secret for an authenticator application; it counts once a code has confirmed it."""
    secret, uri = await service.offer(here.database, caller, here.secret, body.password)
    return SecondFactorOut(secret=secret, uri=uri)


@router.post(
    "/confirmations",
    operation_id="confirm_second_factor",
    status_code=201,
    responses=refusals(
        domain.SessionOnly,
        NotFound,
        service.WrongCode,
        service.SecondFactorUnreadable,
        TooManyAttempts,
    ),
)
async def confirm_second_factor(
    body: ConfirmationIn, caller: Caller, here: Here, deliver: Deliver
) -> ConfirmationOut:
    """Confirm by a code: ten recovery codes, a fresh secret; all other sessions end."""
    codes, renewed = await service.confirm(
        here.database, caller, here.secret, body.code, deliver.life
    )
    return ConfirmationOut(recovery_codes=codes, session=deliver.give(renewed))


@router.post(
    "/removals",
    operation_id="remove_second_factor",
    status_code=204,
    responses=refusals(*_PROVEN, NotFound, service.WrongCode, service.SecondFactorUnreadable),
)
async def remove_second_factor(body: RemovalIn, caller: Caller, here: Here) -> None:
    """Do without a second factor: takes the password and a code."""
    await service.remove(here.database, caller, here.secret, body.password, body.code)
