"""Signing in by password, and by a second factor where there is one."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import Anyone, Database
from app.people import attempts, domain
from app.people.passwords import hashing
from app.people.second_factor import service as second_factor
from app.people.sessions import service


async def open_session(
    database: Database,
    caller: Anyone,
    *,
    secret: str,
    life: domain.Life,
    email: str,
    password: str,
    code: str | None = None,
    membership_id: UUID | None = None,
) -> domain.Session:
    """Sign in for one membership: the one named, else the one used last.

    In transactions of its own: while the password is verified, which takes long and may wait,
    no connection is held. ``secret`` is the installation's. Raises WrongCredentials,
    SecondFactorRequired (after the right password alone), WrongCode, SecondFactorUnreadable,
    TooManyAttempts, TooManySignIns.
    """
    tries = await attempts.by_mail(database, secret, email, caller)
    async with attempts.counted(database, secret, tries, caller.now):
        async with database.transaction() as session:
            person, factor = await _known(session, email)
        fits = await hashing.verify_password(password, person.password_hash if person else None)
        if person is None or not fits:
            raise domain.WrongCredentials
        if factor is not None and factor.confirmed:
            if code is None:
                raise second_factor.SecondFactorRequired
            await second_factor.prove(database, caller, secret, person.person_id, code)
        async with database.transaction() as session:
            # A change of password waits for this session, and ends it with the others.
            await service.hold_person(session, person.person_id)
            if await _known(session, email) != (person, factor):  # disabled, say, meanwhile
                raise domain.WrongCredentials
            opened = await service.open_for(session, caller, person.person_id, life, membership_id)
            if opened is None:
                raise domain.WrongCredentials
    await attempts.note_network(database, secret, email, caller)
    return opened


async def _known(session: AsyncSession, email: str) -> tuple[Row[Any] | None, Row[Any] | None]:
    """The person of a mail address, and their second factor."""
    person = await service.credentials(session, email)
    if person is None:
        return None, None
    return person, await second_factor.factor_of(session, person.person_id)
