"""Use cases of passwords: a new one by mail, or by who knows the present one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra import jobs
from app.infra.db import Anyone, Database, enter, enter_cluster
from app.journal.service import record
from app.kernel.actor import Actor, Role
from app.kernel.ids import new_id
from app.kernel.mail import normal_address
from app.people import admission, letters, links
from app.people.attempts import by_mail, counted
from app.people.passwords import domain, hashing
from app.people.sessions import service as sessions

MAIL_RESET = "people.mail_reset"
MAIL_PASSWORD_CHANGED = "people.mail_password_changed"  # noqa: S105 - a task's name


async def ask_reset(session: AsyncSession, email: str, now: datetime) -> None:
    """Ask for a new password: the same work for every address, known or not.

    Nobody is looked up here: the job that mails the link finds out whom it is for.
    """
    reset_id = new_id()
    await session.execute(
        text("SELECT app.ask_reset(:id, :email, :now, :until)"),
        {
            "id": reset_id,
            "email": normal_address(email),
            "now": now,
            "until": now + domain.RESET_LIFE,
        },
    )
    await jobs.defer(session, MAIL_RESET, reset_id=str(reset_id))


async def accept_reset(
    database: Database, secret: str, token: str, password: str, caller: Anyone
) -> None:
    """Choose a new password by a link: all that the person signs in with ends.

    Sessions, other links, the tokens of the person's own programs, private calendar addresses:
    whoever lost a password may have lost more, and what an intruder made would outlive them.
    Raises UnusableLink, WeakPassword, TooManySignIns.
    """
    (reset_id,) = links.RESET.read(secret, token)
    async with database.transaction() as session:
        found = await session.execute(
            text("SELECT email, name FROM app.open_reset(:id, :now)"),
            {"id": reset_id, "now": caller.now},
        )
        person = found.one_or_none()
    if person is None:
        raise admission.UnusableLink
    hashed = await hashing.hash_new_password(password, (person.email, person.name))
    async with database.transaction() as session:
        found = await session.execute(
            text("SELECT * FROM app.accept_reset(:id, :hash, :now)"),
            {"id": reset_id, "hash": hashed, "now": caller.now},
        )
        row = found.one_or_none()
        if row is None:  # used while the password was hashed
            raise admission.UnusableLink
        await _tell(session, row.person_id, caller.now, row.tokens, row.addresses)
        await session.execute(
            text("SELECT set_config('app.person', :id, true)"), {"id": str(row.person_id)}
        )
        for cluster_id in row.clusters:
            await _record_in(session, cluster_id, row.person_id, caller)


async def change_password(
    database: Database, secret: str, caller: Anyone, current: str, new: str
) -> None:
    """Change one's own password; one's other sessions end, the present one stays.

    So do tokens and calendar addresses: programs do not know the password. In transactions of
    its own, as signing in. Raises Unauthenticated, SessionOnly, WrongPassword, TooManyAttempts,
    WeakPassword, TooManySignIns.
    """
    async with database.transaction() as session:
        await sessions.enter_session(session, caller)
        mine = await _my_credentials(session)
    tries = await by_mail(database, secret, mine.email, caller)
    async with counted(database, secret, tries, caller.now):
        if not await hashing.verify_password(current, mine.password_hash):
            raise domain.WrongPassword
    hashed = await hashing.hash_new_password(new, (mine.email, mine.name))
    async with database.transaction() as session:
        actor = await enter(session, caller)
        if await _my_credentials(session) != mine:  # changed meanwhile
            raise domain.WrongPassword
        await session.execute(
            text("SELECT app.change_my_password(:hash, :kept, :now)"),
            {"hash": hashed, "kept": caller.token_hash(), "now": caller.now},
        )
        await record(session, actor, "person.password_changed", actor.person_id)
        await _tell(session, actor.person_id, caller.now)


async def _my_credentials(session: AsyncSession) -> Row[Any]:
    found = await session.execute(text("SELECT * FROM app.my_credentials()"))
    return found.one()


async def _tell(
    session: AsyncSession, person_id: UUID, now: datetime, tokens: int = 0, addresses: int = 0
) -> None:
    await jobs.defer(
        session,
        MAIL_PASSWORD_CHANGED,
        person_id=str(person_id),
        changed_at=now.isoformat(),
        tokens=tokens,
        addresses=addresses,
    )


async def _record_in(
    session: AsyncSession, cluster_id: UUID, person_id: UUID, caller: Anyone
) -> None:
    """Record the change in one of the person's clusters: audit trails are each cluster's."""
    await enter_cluster(session, cluster_id)
    actor = Actor(
        person_id,
        cluster_id,
        None,
        Role.VIEWER,
        caller.now,
        caller.request_id,
        caller.origin,
    )
    await record(session, actor, "person.password_reset", person_id)
    await session.flush()


async def reset_letter(
    session: AsyncSession, reset_id: UUID, now: datetime
) -> letters.Asked | None:
    """What the mail of a reset tells, or None; a job's act.

    What was asked for an address that is nobody's is forgotten, as is what would flood a mailbox.
    """
    values = {"id": reset_id, "most": domain.RESETS_AT_ONCE, "now": now}
    await session.execute(text("SELECT app.sift_reset(:id, :most, :now)"), values)
    found = await session.execute(
        text("SELECT email, name, created_at FROM app.open_reset(:id, :now)"), values
    )
    row = found.one_or_none()
    return letters.Asked(reset_id, row.email, row.name, row.created_at) if row else None


async def changed_letter(
    session: AsyncSession, person_id: UUID, changed_at: datetime
) -> letters.Asked | None:
    """What the mail of a changed password tells, or None for who is disabled; a job's act."""
    found = await session.execute(
        text("SELECT email, name FROM app.mailbox_of(:person)"), {"person": person_id}
    )
    row = found.one_or_none()
    return letters.Asked(person_id, row.email, row.name, changed_at) if row else None
