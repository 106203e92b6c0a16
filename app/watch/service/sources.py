"""Sources: off until the operator turns them on; asked again when their hour has come."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.infra.jobs import defer
from app.kernel.errors import Conflict, Invalid
from app.watch.models import Source
from app.watch.sources import UnknownSource
from app.watch.sources.kinds import FOLDER, KINDS
from app.watch.sources.polite import MAX_QUIET
from app.watch.sources.settings import checked
from app.watch.zones import PARIS

IMPORT_TASK = "watch.import_source"

DEFAULT_CRON = "15 6,12,18 * * *"
DEFAULT_WINDOW_DAYS = 3
DEFAULT_PACE_MS = 1000

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")


class BadName(Invalid):
    """Not a name that commands and addresses can bear."""

    code = "bad_source_name"
    title = "Le nom d'une source a 2 à 40 signes : a à z, 0 à 9, tirets."


class UnknownKind(Invalid):
    """No kind of source bears this name."""

    code = "unknown_source_kind"
    title = "Aucun genre de source de ce nom :"


class SourceExists(Conflict):
    """Another source bears this name."""

    code = "source_exists"
    title = "Une source porte déjà ce nom :"


class BadSchedule(Invalid):
    """Not a cron line of five fields."""

    code = "bad_schedule"
    title = "Cet horaire n'est pas une ligne cron (par exemple « 15 6,12,18 * * * »)."


class BadAddress(Invalid):
    """Not the address of a web server."""

    code = "bad_address"
    title = "Cette adresse n'est pas une adresse http(s)."


class BadPace(Invalid):
    """Outside what the table allows."""

    code = "bad_pace"
    title = "La fenêtre va de 1 à 90 jours, le pas de 0 à 60 000 ms."


class OtherDoorOpen(Conflict):
    """Another source of the same catalogue is on."""

    code = "other_door_open"
    title = "Une autre source du même bulletin est allumée."


async def list_sources(session: AsyncSession) -> list[Source]:
    """Every source, on or off."""
    return list(await session.scalars(select(Source).order_by(Source.id)))


async def add_source(
    session: AsyncSession,
    source_id: str,
    *,
    kind: str,
    base_url: str | None = None,
    settings: Mapping[str, Any] | None = None,
    catalogue: str | None = None,
) -> Source:
    """Make a source known, off, the operator's act in the owner's session.

    ``catalogue`` is another source whose notices bear the same numbers; without it the source
    stands for itself. Raises BadName, SourceExists, UnknownKind, BadAddress, BadSettings,
    UnknownSource.
    """
    if not _NAME.fullmatch(source_id):
        raise BadName
    if kind not in KINDS:
        raise UnknownKind(f"« {kind} » (il y a : {', '.join(KINDS)}).")
    if await session.get(Source, source_id) is not None:
        raise SourceExists(source_id)
    if catalogue is not None:
        catalogue = (await found(session, catalogue)).catalogue
    source = Source(
        id=source_id,
        kind=kind,
        catalogue=catalogue or source_id,
        settings=checked(KINDS[kind].settings, settings or {}),
        enabled=False,
        base_url="" if kind == FOLDER.kind else _checked_address(base_url or ""),
        window_days=DEFAULT_WINDOW_DAYS,
        pace_ms=DEFAULT_PACE_MS,
        cron=DEFAULT_CRON,
    )
    session.add(source)
    await session.flush()
    return source


async def enable_source(
    session: AsyncSession,
    source_id: str,
    *,
    base_url: str | None = None,
    cron: str | None = None,
    window_days: int | None = None,
    pace_ms: int | None = None,
) -> Source:
    """Turn a source on, the operator's act in the owner's session; what is given is set.

    ``cron`` is in the time of Paris, ``window_days`` how far back each import looks,
    ``pace_ms`` the least wait between two requests. The first import is due at once.
    Raises UnknownSource, OtherDoorOpen, BadSchedule, BadAddress, BadPace.
    """
    source = await _only_door(session, await found(session, source_id))
    if cron is not None:
        _next(cron, datetime(2026, 1, 1, tzinfo=ZoneInfo(PARIS)))
        source.cron = cron
    if base_url is not None:
        source.base_url = _checked_address(base_url)
    for name, value, bounds in (
        ("window_days", window_days, (1, 90)),
        ("pace_ms", pace_ms, (0, 60_000)),
    ):
        if value is not None:
            if not bounds[0] <= value <= bounds[1]:
                raise BadPace
            setattr(source, name, value)
    source.enabled = True
    source.requested_at = source.next_at = None
    source.quiet_until = None
    await session.flush()
    return source


async def disable_source(session: AsyncSession, source_id: str) -> Source:
    """Turn a source off: nothing calls it any more. Raises UnknownSource."""
    source = await locked(session, source_id)
    source.enabled = False
    await session.flush()
    return source


async def request_due_imports(session: AsyncSession, now: datetime) -> list[str]:
    """Enqueue an import of each source whose hour has come since the last one; their ids.

    The hour is noted in the transaction that enqueues, so that of two ticks one finds it.
    """
    query = select(Source).where(Source.enabled).with_for_update(skip_locked=True)
    requested = []
    for source in await session.scalars(query.order_by(Source.id)):
        if not is_due(source, now):
            continue
        source.requested_at = now
        source.next_at = _next(source.cron, now.astimezone(ZoneInfo(PARIS)))
        await session.flush()
        await _request(session, source.id)
        requested.append(source.id)
    return requested


def is_due(source: Source, now: datetime) -> bool:
    """Whether a source's hour has come; never while it asked for quiet.

    What was noted by a clock that ran far ahead counts for nothing: the source would be silent
    until then. Of a clock set back by less, the hours that come twice are served once.
    """
    quiet = source.quiet_until
    if quiet is not None and now < quiet <= now + MAX_QUIET:
        return False
    if source.requested_at is None or source.requested_at > now + MAX_QUIET:
        return True
    return _next(source.cron, source.requested_at.astimezone(ZoneInfo(PARIS))) <= now


def window(source: Source, now: datetime) -> date:
    """The first day to ask for: records bear no time of change, so windows overlap.

    After an outage the window opens where the last success closed.
    """
    last = min(source.last_success_at or now, now)
    return last.astimezone(ZoneInfo(PARIS)).date() - timedelta(days=source.window_days)


async def found(session: AsyncSession, source_id: str) -> Source:
    """A source by its name. Raises UnknownSource, which tells the names there are."""
    return await _known(session, await session.get(Source, source_id), source_id)


async def locked(session: AsyncSession, source_id: str) -> Source:
    """The same, held until the transaction ends. Raises UnknownSource."""
    source = await session.get(Source, source_id, with_for_update=True)
    return await _known(session, source, source_id)


async def _known(session: AsyncSession, source: Source | None, source_id: str) -> Source:
    if source is None:
        known = ", ".join(one.id for one in await list_sources(session))
        raise UnknownSource(f"{source_id} (il y a : {known}).")
    return source


async def _only_door(session: AsyncSession, source: Source) -> Source:
    """The source, held with those that share its catalogue, all of which are off.

    Two doors to one bulletin write its notices in two ways: each would undo the other's.
    """
    doors = select(Source).where(Source.catalogue == source.catalogue).order_by(Source.id)
    held = doors.with_for_update().execution_options(populate_existing=True)
    for other in await session.scalars(held):
        if other.enabled and other.id != source.id:
            raise OtherDoorOpen(
                f"« {other.id} » est allumée et apporte les mêmes avis que « {source.id} » : "
                f"grappe sources off {other.id}, puis grappe sources on {source.id}."
            )
    return source


async def _request(session: AsyncSession, source_id: str) -> None:
    key = f"{IMPORT_TASK}:{source_id}"
    await defer(session, IMPORT_TASK, lock=key, turn=key, source=source_id)


def _next(cron: str, after: datetime) -> datetime:
    try:
        found = next(CronSim(cron, after))
    except (CronSimError, StopIteration):
        raise BadSchedule from None
    if len(cron.split()) != 5:
        raise BadSchedule
    return found


def _checked_address(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise BadAddress from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise BadAddress
    return url.rstrip("/")
