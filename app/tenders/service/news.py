"""What notices bring to the tenders that follow them, and who should know."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.journal.service import record_event
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import new_id
from app.tenders import domain
from app.tenders.events import TenderChanged
from app.tenders.models import Interest, Tender, TenderNews
from app.watch import service as watch
from app.watch.domain import NoticeKind
from app.watch.groups.domain import is_echo
from app.watch.models import NoticeRow


@dataclass(frozen=True, slots=True)
class Followers:
    """Who follows a tender, by which notice: companies, and people of the cluster itself."""

    notice_id: UUID | None
    companies: frozenset[UUID]
    people: frozenset[UUID]


async def begin_news(
    session: AsyncSession, actor: Actor, tender: Tender, notice: NoticeRow
) -> None:
    """Note what the notice said when the cluster began to follow it: that is no news later."""
    session.add(_news(actor, tender, notice, domain.NewsKind.FOLLOWED))
    await session.flush()


async def apply_notice(
    session: AsyncSession, actor: Actor, notice_id: UUID, later_id: UUID | None
) -> None:
    """Carry a notice's news to the tender that follows its procedure: deadline, link,
    cancellation, result.

    ``later_id`` is the notice that corrects, cancels or awards it; without, it changed itself.
    Idempotent: each version of a notice is news once, and what another source of the procedure
    has told already is none. Whatever the order in which jobs run, the deadline is that of the
    notice published last; one that cancels or awards repeats an old one.
    """
    tender = await of_procedure(session, actor, notice_id, for_update=True)
    if tender is None:
        return
    notice = await watch.get_notice(session, later_id or notice_id)
    told = await _told(session, tender)
    before, said = told.get(notice.id), tender.deadline_at
    if before is not None and before.version >= notice.version:
        return
    counts = Counter((one.kind, one.source) for one in told.values())
    echo = before is None and is_echo(notice.kind, notice.source, counts)
    cancels = notice.kind == NoticeKind.CANCELLATION and not tender.cancelled
    newest = max((one.published_on for one in told.values()), default=notice.published_on)
    # Said again less surely, a deadline is not moved.
    if notice.published_on >= newest and not (echo and not notice.deadline_certain):
        _take_deadline(tender, notice)
    moved = tender.deadline_at != said
    if echo and not cancels and not moved:
        session.add(_news(actor, tender, notice, domain.NewsKind.ECHO))
        return
    tender.cancelled = tender.cancelled or cancels
    tender.version += 1
    kind = domain.news_kind(cancels=cancels, awards=notice.kind == NoticeKind.AWARD, moved=moved)
    news = _news(actor, tender, notice, kind)
    news.deadline_before = said
    session.add(news)
    await session.flush()
    detail = {
        "kind": kind.value,
        "notice_id": str(notice.id),
        "from": str(said),
        "to": str(tender.deadline_at),
    }
    event = TenderChanged(tender.id, news.id)
    await record_event(session, actor, event, tender.id, detail=detail)


async def of_procedure(
    session: AsyncSession, actor: Actor, notice_id: UUID, *, for_update: bool = False
) -> Tender | None:
    """The cluster's tender that follows a notice, else another notice of its procedure."""
    kin = text("tender.notice_id = ANY (app.kin(:notice))").bindparams(notice=notice_id)
    query = (
        select(Tender)
        .where(Tender.cluster_id == actor.cluster_id, kin)
        .order_by((Tender.notice_id == notice_id).desc(), Tender.id)
        .limit(1)
    )
    found: Tender | None = await session.scalar(query.with_for_update() if for_update else query)
    return found


async def get_news(session: AsyncSession, actor: Actor, news_id: UUID) -> TenderNews:
    """A piece of news of the caller's cluster; raises NotFound."""
    news = await session.get(TenderNews, (actor.cluster_id, news_id))
    if news is None:
        raise NotFound
    return news


async def followers(session: AsyncSession, actor: Actor, tender_id: UUID) -> Followers:
    """Who follows a tender: whoever began to, and who would take some of it. Raises NotFound.

    A job's question: one company is not told of another's interest.
    """
    tender = await session.get(Tender, (actor.cluster_id, tender_id))
    if tender is None:
        raise NotFound
    interested = await session.scalars(
        select(Interest.member_id).where(
            Interest.cluster_id == actor.cluster_id,
            Interest.tender_id == tender_id,
            Interest.stance != domain.Stance.NO,
        )
    )
    companies = set(interested)
    if tender.followed_for is None:
        return Followers(tender.notice_id, frozenset(companies), frozenset({tender.followed_by}))
    companies.add(tender.followed_for)
    return Followers(tender.notice_id, frozenset(companies), frozenset())


async def followed_among(
    session: AsyncSession, actor: Actor, notice_ids: Iterable[UUID]
) -> set[UUID]:
    """Those of these notices that the cluster follows."""
    asked = select(Tender.notice_id).where(
        Tender.cluster_id == actor.cluster_id, Tender.notice_id.in_(list(notice_ids))
    )
    return {one for one in await session.scalars(asked) if one is not None}


@dataclass(frozen=True, slots=True)
class _Told:
    """What a notice told a tender last."""

    version: int
    published_on: date
    kind: str
    source: str


async def _told(session: AsyncSession, tender: Tender) -> dict[UUID, _Told]:
    """What each notice told a tender last, by its id."""
    rows = await session.execute(
        select(
            TenderNews.notice_id,
            TenderNews.notice_version,
            TenderNews.published_on,
            NoticeRow.kind,
            NoticeRow.source,
        )
        .join(NoticeRow, NoticeRow.id == TenderNews.notice_id)
        .where(TenderNews.cluster_id == tender.cluster_id, TenderNews.tender_id == tender.id)
        .order_by(TenderNews.notice_version)
    )
    return {row[0]: _Told(*row[1:]) for row in rows}


def _take_deadline(tender: Tender, notice: NoticeRow) -> None:
    """The deadline as the notice has it, unless it repeats an old one."""
    repeats = notice.kind in {NoticeKind.CANCELLATION, NoticeKind.AWARD}
    if notice.deadline_at is not None and not repeats:
        tender.deadline_at = notice.deadline_at
        tender.deadline_zone = notice.deadline_zone
        tender.deadline_text = notice.deadline_text
        tender.deadline_certain = notice.deadline_certain


def _news(actor: Actor, tender: Tender, notice: NoticeRow, kind: domain.NewsKind) -> TenderNews:
    return TenderNews(
        cluster_id=actor.cluster_id,
        id=new_id(),
        tender_id=tender.id,
        notice_id=notice.id,
        notice_version=notice.version,
        published_on=notice.published_on,
        kind=kind.value,
        tender_version=tender.version,
        at=actor.now,
    )
