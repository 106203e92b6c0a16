"""How one wishes to be told by mail, over HTTP; and the way out of it that each mail shows."""

from typing import Annotated, Any

from fastapi import Path, Response
from fastapi.responses import HTMLResponse

from app.alerts.digests import repository, service
from app.alerts.digests.schemas import PreferenceIn, PreferenceOut
from app.infra.http.deps import Here, Me, OpenSession, Session
from app.infra.http.errors import refusals
from app.infra.http.items import SIGNED_IN, Item
from app.infra.http.strict import room_router
from app.people.admission import UnusableLink

router = room_router(tags=["alerts"])

_PAGE = """<!doctype html>
<html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Grappe</title>
<p>{text}</p>{form}
"""
_ASK = _PAGE.format(
    text="Ne plus recevoir d’alertes par courriel de ce regroupement ?",
    form='<form method="post"><button>Ne plus rien recevoir</button></form>',
)
_DONE = _PAGE.format(
    text="C’est fait : vous ne recevrez plus d’alertes par courriel. Elles restent dans Grappe, "
    "où vous pouvez aussi changer d’avis.",
    form="",
)
_HTML: dict[int | str, Any] = {200: {"content": {"text/html": {"schema": {"type": "string"}}}}}

Token = Annotated[str, Path(pattern="^grappe_ref_[A-Za-z0-9_-]{86}$", max_length=100)]


@router.get(
    "/me/alert-preferences",
    operation_id="get_alert_preferences",
    response_model=PreferenceOut,
    responses=refusals(),
    openapi_extra=SIGNED_IN,
)
async def get_alert_preferences(item: Item) -> Response:
    """How the caller, in their present role, is told by mail: each day at seven unless they say."""
    return await item.item(repository.PREFERENCE)


@router.put(
    "/me/alert-preferences",
    operation_id="set_alert_preferences",
    responses=refusals(),
)
async def set_alert_preferences(body: PreferenceIn, session: Session, actor: Me) -> PreferenceOut:
    """Say how to be told by mail; what is gathered already follows. Alerts themselves stay."""
    await service.set_preference(session, actor, body.preference())
    return PreferenceOut(digest=body.digest, hour=body.hour, weekday=body.weekday)


@router.get(
    "/digest-refusals/{token}",
    operation_id="ask_digest_refusal",
    response_class=HTMLResponse,
    responses={**_HTML, **refusals(UnusableLink)},
)
async def ask_digest_refusal(token: Token, here: Here) -> HTMLResponse:
    """The page that asks whether to end such mails: programs that try links end nothing."""
    service.REFUSAL.read(here.secret, token)
    return HTMLResponse(_ASK)


@router.post(
    "/digest-refusals/{token}",
    operation_id="refuse_digests",
    response_class=HTMLResponse,
    responses={**_HTML, **refusals(UnusableLink)},
)
async def refuse_digests(token: Token, session: OpenSession, here: Here) -> HTMLResponse:
    """End such mails to a person, in all their roles in the cluster, without signing in.

    The link of a mail, in one click (RFC 8058).
    """
    await service.refuse(session, here.secret, token, here.clock())
    return HTMLResponse(_DONE)
