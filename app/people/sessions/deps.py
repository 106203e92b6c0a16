"""What endpoints of credentials ask for: a person who signed in, and how they are answered."""

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import Depends, Request, Response

from app.infra.http.credential import bearer, drop_cookie, set_cookie
from app.infra.http.deps import Caller, Here, Me, Session
from app.kernel.actor import Actor
from app.people import domain
from app.people.sessions import service
from app.people.sessions.schemas import SessionOut

Way = Literal["token", "cookie"]


async def signed_in_person(session: Session, actor: Me, caller: Caller) -> Actor:
    """The caller, who holds a session; raises SessionOnly for a program's token."""
    service.require_session(await service.in_session(session, caller))
    return actor


MeInSession = Annotated[Actor, Depends(signed_in_person, scope="function")]
"""The caller, signed in: what begets or changes credentials asks for it."""


class Delivery:
    """How the secret of a session goes to the client: in the answer, or in a cookie."""

    def __init__(self, request: Request, response: Response, here: Here) -> None:
        self._request, self._response, self._here = request, response, here

    @property
    def life(self) -> domain.Life:
        """How long sessions live here."""
        settings = self._here.settings
        return domain.Life(
            timedelta(hours=settings.session_hours), timedelta(days=settings.session_days)
        )

    def give(self, opened: domain.Session, way: Way | None = None) -> SessionOut:
        """The session, as asked; by default in the way in which the present one came."""
        if (way or self._way()) == "token":
            return SessionOut(token=opened.token, expires_at=opened.expires_at)
        seconds = int((opened.expires_at - self._here.clock()).total_seconds())
        set_cookie(self._response, opened.token, seconds)
        return SessionOut(token=None, expires_at=opened.expires_at)

    def take_back(self) -> None:
        """Have the browser forget a session that ended."""
        if self._way() == "cookie":
            drop_cookie(self._response)

    def _way(self) -> Way:
        return "token" if bearer(self._request) is not None else "cookie"


async def delivery(request: Request, response: Response, here: Here) -> Delivery:
    """How this request's session is delivered."""
    return Delivery(request, response, here)


Deliver = Annotated[Delivery, Depends(delivery)]
