"""Background entry points of people: the mails that they are sent, and what is forgotten."""

from datetime import datetime, timedelta
from uuid import UUID

import procrastinate
from sqlalchemy import text

from app.infra import jobs, mail
from app.infra.db import system_actor
from app.infra.secret import secret_key
from app.people import letters, links
from app.people.invitations import service as invitations
from app.people.invitations.service import MAIL_INVITATION
from app.people.passwords import service as passwords
from app.people.passwords.service import MAIL_PASSWORD_CHANGED, MAIL_RESET

blueprint = procrastinate.Blueprint()

FORGET_SIGN_INS = "people.forget_sign_ins"
KEPT = timedelta(days=30)
"""How long a session that ended is kept: the role used last is known from it."""


@blueprint.task(name=MAIL_INVITATION, retry=mail.RETRY)
async def mail_invitation(cluster_id: str, invitation_id: str) -> None:
    """Mail an invitation's link, if it still stands."""
    settings, now = jobs.settings.get(), jobs.clock.get()()
    cluster, invitation = UUID(cluster_id), UUID(invitation_id)
    async with jobs.databases.get().job.transaction() as session:
        actor = await system_actor(session, cluster, now, "job")
        invited = await invitations.invitation_letter(session, actor, invitation)
    if invited is not None:
        token = links.INVITATION.mint(secret_key(settings), cluster, invitation)
        await mail.send(settings, letters.invitation(invited, settings.site(), token))


@blueprint.task(name=MAIL_RESET, retry=mail.RETRY)
async def mail_reset(reset_id: str) -> None:
    """Mail the link of a new password, if the address is someone's."""
    settings, now = jobs.settings.get(), jobs.clock.get()()
    reset = UUID(reset_id)
    async with jobs.databases.get().job.transaction() as session:
        asked = await passwords.reset_letter(session, reset, now)
    if asked is not None:
        token = links.RESET.mint(secret_key(settings), reset)
        await mail.send(settings, letters.reset(asked, settings.site(), token))


@blueprint.task(name=MAIL_PASSWORD_CHANGED, retry=mail.RETRY)
async def mail_password_changed(
    person_id: str,
    changed_at: str,
    tokens: int = 0,
    addresses: int = 0,
    cluster_id: str | None = None,  # noqa: ARG001 - stamped on what is deferred inside a cluster
) -> None:
    """Tell a person that their password is another now, and how much was closed with it."""
    settings, at = jobs.settings.get(), datetime.fromisoformat(changed_at)
    async with jobs.databases.get().job.transaction() as session:
        changed = await passwords.changed_letter(session, UUID(person_id), at)
    if changed is not None:
        letter = letters.password_changed(changed, settings.site(), tokens, addresses)
        await mail.send(settings, letter)


@blueprint.task(name=FORGET_SIGN_INS, queueing_lock=FORGET_SIGN_INS)
async def forget_sign_ins(timestamp: int) -> None:  # noqa: ARG001 - periodic tasks are given it
    """Delete counters of tries whose time is over, and sessions that ended long ago."""
    now = jobs.clock.get()()
    async with jobs.databases.get().job.transaction() as session:
        await session.execute(
            text("SELECT app.forget_sign_ins(:now, :before)"), {"now": now, "before": now - KEPT}
        )
