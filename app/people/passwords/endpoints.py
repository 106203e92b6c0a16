"""New passwords over HTTP."""

from fastapi import Request, Response

from app.infra.http.deps import Caller, Here, OpenSession, caller_of
from app.infra.http.errors import refusals
from app.infra.http.strict import room_router
from app.people import admission, domain
from app.people.attempts import RESETS, TooManyAttempts, by_network, spend
from app.people.passwords import service
from app.people.passwords.domain import WrongPassword
from app.people.passwords.schemas import PasswordIn, ResetAcceptanceIn, ResetIn, ResetOut

router = room_router(tags=["sessions"])


@router.post(
    "/password-resets",
    operation_id="ask_password_reset",
    status_code=202,
    responses=refusals(TooManyAttempts),
)
async def ask_password_reset(
    body: ResetIn, session: OpenSession, here: Here, request: Request
) -> ResetOut:
    """Have a link mailed that lets whoever reads the mailbox choose a new password.

    The answer is the same for every address, known or not.
    """
    caller = caller_of(request, here)
    await spend(here.database, here.secret, [by_network(RESETS, caller)], caller.now)
    await service.ask_reset(session, body.email, caller.now)
    return ResetOut()


@router.post(
    "/password-resets/acceptances",
    operation_id="accept_password_reset",
    status_code=204,
    responses=refusals(admission.UnusableLink, domain.WeakPassword, domain.TooManySignIns),
)
async def accept_password_reset(body: ResetAcceptanceIn, here: Here, request: Request) -> Response:
    """Choose a new password by the link of a mail: once, within the hour.

    Every session of the person ends, every other link, every API token of theirs and every
    private calendar address; a mail says how many. Programs that are members themselves go on.
    """
    caller = caller_of(request, here)
    await service.accept_reset(here.database, here.secret, body.token, body.password, caller)
    return Response(status_code=204)


@router.put(
    "/me/password",
    operation_id="change_password",
    status_code=204,
    responses=refusals(
        WrongPassword,
        domain.SessionOnly,
        domain.WeakPassword,
        TooManyAttempts,
        domain.TooManySignIns,
    ),
)
async def change_password(body: PasswordIn, here: Here, caller: Caller) -> Response:
    """Change one's own password: one's other sessions end, the present one stays."""
    await service.change_password(
        here.database, here.secret, caller, body.current_password, body.new_password
    )
    return Response(status_code=204)
