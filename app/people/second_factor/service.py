"""Second factors: codes of an authenticator (TOTP, RFC 6238), and codes for the day it is lost.

The authenticator's secret is encrypted at rest under the installation's, and bound to its
person; recovery codes are stored as HMACs under it. A dump of the database opens nothing.
"""

import hmac
import secrets
from base64 import b32encode
from typing import Any
from uuid import UUID

import pyotp
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.db import Anyone, Database, enter
from app.infra.secret import SealBroken, derived_key, seal, unseal
from app.journal.service import record
from app.kernel.errors import Conflict, NotFound, Unauthenticated
from app.people import attempts, domain
from app.people.attempts import CODE, Try
from app.people.domain import WrongGuess
from app.people.passwords import hashing
from app.people.sessions import service as sessions

STEP_SECONDS = 30
RECOVERY_CODES, RECOVERY_BYTES = 10, 10
PURPOSE = "second_factor"
ISSUER = "Grappe"


class SecondFactorRequired(Unauthenticated):
    """The password is right, and not enough."""

    code = "second_factor_required"
    title = "Donnez aussi le code de votre application d'authentification (code)."


class WrongCode(WrongGuess):
    """Not the present code, or one that has served."""

    code = "wrong_code"
    title = "Ce code est faux, ou a déjà servi."


class SecondFactorSet(Conflict):
    """It is replaced by being removed first, which takes a code."""

    code = "second_factor_set"
    title = "Un second facteur est déjà en place : retirez-le d'abord."


class SecondFactorUnreadable(Conflict):
    """It was sealed under another secret of the installation: no code of it can be verified."""

    code = "second_factor_unreadable"
    title = (
        "Votre second facteur ne peut plus être vérifié, car la clé du service a changé : "
        "demandez à l'opérateur de le retirer."
    )


async def factor_of(session: AsyncSession, person_id: UUID) -> Row[Any] | None:
    """A person's second factor, confirmed or not yet, if there is one."""
    found = await session.execute(
        text("SELECT * FROM app.second_factor(:person)"), {"person": person_id}
    )
    return found.one_or_none()


async def prove(
    database: Database, caller: Anyone, secret: str, person_id: UUID, code: str
) -> bytes:
    """Spend a code of a person, and give the sealed secret that it came from.

    Raises WrongCode, SecondFactorUnreadable, TooManyAttempts.
    """
    tries = [Try(CODE, str(person_id))]
    async with (
        attempts.counted(database, secret, tries, caller.now),
        database.transaction() as session,
    ):
        factor = await factor_of(session, person_id)
        if factor is None or not await _spend(
            session, caller, secret=secret, person_id=person_id, factor=factor, code=code
        ):
            raise WrongCode
        return bytes(factor.secret)


async def _spend(
    session: AsyncSession,
    caller: Anyone,
    *,
    secret: str,
    person_id: UUID,
    factor: Row[Any],
    code: str,
) -> bool:
    plain = code.replace(" ", "").replace("-", "").upper()
    person: dict[str, Any] = {"person": person_id}
    try:
        key = unseal(secret, PURPOSE, factor.secret, person_id.bytes).decode()
    except SealBroken:
        raise SecondFactorUnreadable from None
    totp = pyotp.TOTP(key, interval=STEP_SECONDS)
    now = int(caller.now.timestamp()) // STEP_SECONDS
    for step in (now - 1, now, now + 1):  # clocks differ (RFC 6238, 5.2)
        if hmac.compare_digest(totp.generate_otp(step).encode(), plain.encode()):
            used = text("SELECT app.use_step(:person, :step)")
            return bool(await session.scalar(used, {**person, "step": step}))
    if not factor.confirmed:
        return False
    used = text("SELECT app.use_recovery_code(:person, :hash, :now)")
    values = {**person, "hash": _hash(secret, person_id, plain), "now": caller.now}
    return bool(await session.scalar(used, values))


async def offer(
    database: Database, caller: Anyone, secret: str, password: str | None
) -> tuple[str, str]:
    """A new authenticator's secret and ``otpauth:`` address, pending until a code confirms it.

    Raises SessionOnly, WrongCredentials, TooManyAttempts, SecondFactorSet.
    """
    email = await _reprove(database, caller, secret, password)
    plain = pyotp.random_base32()
    async with database.transaction() as session:
        actor = await enter(session, caller)
        pending = await session.scalar(
            text("SELECT app.offer_second_factor(:sealed, :now)"),
            {
                "sealed": seal(secret, PURPOSE, plain.encode(), actor.person_id.bytes),
                "now": actor.now,
            },
        )
        if not pending:
            raise SecondFactorSet
    return plain, pyotp.TOTP(plain).provisioning_uri(name=email, issuer_name=ISSUER)


async def confirm(
    database: Database, caller: Anyone, secret: str, code: str, life: domain.Life
) -> tuple[list[str], domain.Session]:
    """Put the pending authenticator to work: recovery codes, and a fresh secret of the session.

    Every other session ends. Raises SessionOnly, NotFound, WrongCode, SecondFactorUnreadable,
    TooManyAttempts.
    """
    async with database.transaction() as session:
        actor = await sessions.enter_session(session, caller)
        factor = await factor_of(session, actor.person_id)
        if factor is None or factor.confirmed:
            raise NotFound
    proved = await prove(database, caller, secret, actor.person_id, code)
    codes = [b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    async with database.transaction() as session:
        actor = await sessions.enter_session(session, caller)
        hashes = [_hash(secret, actor.person_id, one) for one in codes]
        confirmed = await session.scalar(
            text("SELECT app.confirm_second_factor(:proved, :hashes, :now)"),
            {"proved": proved, "hashes": hashes, "now": actor.now},
        )
        if not confirmed:
            raise NotFound
        await record(session, actor, "second_factor.confirmed", actor.person_id)
        await sessions.end_other_sessions(session, actor, caller)
        renewed = await sessions.renew_session(session, actor, caller, life, actor.membership_id)
    return ["-".join((one[:4], one[4:8], one[8:12], one[12:])) for one in codes], renewed


async def remove(
    database: Database, caller: Anyone, secret: str, password: str | None, code: str
) -> None:
    """Do without.

    Raises SessionOnly, WrongCredentials, NotFound, WrongCode, SecondFactorUnreadable,
    TooManyAttempts.
    """
    await _reprove(database, caller, secret, password)
    async with database.transaction() as session:
        actor = await sessions.enter_session(session, caller)
        if await factor_of(session, actor.person_id) is None:
            raise NotFound
    await prove(database, caller, secret, actor.person_id, code)
    async with database.transaction() as session:
        actor = await enter(session, caller)
        await session.execute(text("SELECT app.drop_second_factor()"))
        await record(session, actor, "second_factor.removed", actor.person_id)


async def _reprove(database: Database, caller: Anyone, secret: str, password: str | None) -> str:
    """The mail of the caller, who has given their password again, if they have any."""
    async with database.transaction() as session:
        await sessions.enter_session(session, caller)
        email: str = (await session.execute(text("SELECT * FROM app.who_am_i()"))).one().email
        known = await sessions.credentials(session, email)
    if known is not None and known.password_hash is None:  # who signs in elsewhere
        return email
    tries = await attempts.by_mail(database, secret, email, caller)
    async with attempts.counted(database, secret, tries, caller.now):
        stored = known.password_hash if known else None
        if not await hashing.verify_password(password or "", stored):
            raise domain.WrongCredentials
    return email


def _hash(secret: str, person_id: UUID, code: str) -> bytes:
    key = derived_key(secret, "recovery_code")
    return hmac.digest(key, person_id.bytes + code.encode(), "sha256")
