"""All that a document of a joint answer is made of, in a dozen queries however large it is."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.certificates import service as certificates
from app.certificates.models import Certificate
from app.clusters import service as clusters
from app.clusters.models import Cluster, Member
from app.consortia import domain, party_repository, repository, split_repository
from app.consortia.access import own_party, require_lead
from app.consortia.life_models import Mandate
from app.consortia.models import Consortium, Party
from app.consortia.split_models import LotPrice, Split, SplitItem, SplitLine, SplitPart
from app.kernel.access import Permission
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.tenders import service as tenders
from app.tenders.models import Lot, Tender


@dataclass(frozen=True, slots=True)
class Dossier:
    """A joint answer as its parties see it: who is in (holders first), its lots, its newest split.

    ``companies`` are the parties that are of the cluster, by their member's id. Mandates and
    certificates are those that hold on the day of the deadline, the buyer's (DOMAIN 5.15); without
    one, today. Certificates that a company keeps to itself are not among them: its partners read
    what is drawn.
    """

    cluster: Cluster
    consortium: Consortium
    tender: Tender
    parties: list[Party]
    companies: dict[UUID, Member]
    lots: list[Lot]
    split: Split | None
    prices: list[LotPrice]
    items: list[SplitItem]
    lines: list[SplitLine]
    shares: list[SplitPart]
    mandates: list[Mandate]
    certificates: list[Certificate]


async def dossier(session: AsyncSession, actor: Actor, consortium_id: UUID) -> Dossier:
    """The dossier of a joint answer, for a person of a company that will hold the contract.

    Raises NotFound, Forbidden, NotParty.
    """
    consortium = await repository.load(session, actor, consortium_id)
    parties = await party_repository.parties(session, consortium)
    own_party(actor, parties, Permission.PREPARE_BID)
    answered = set(await repository.lot_ids(session, consortium))
    lots = await tenders.lots_of(session, actor, consortium.tender_id)
    members = {one.member_id for one in parties if one.member_id is not None}
    split = await split_repository.latest_split(session, consortium)
    content = await split_repository.content(session, split)
    cluster = await clusters.get_cluster(session, actor)
    tender = await tenders.get_tender(session, actor, consortium.tender_id)
    zone = ZoneInfo(tender.deadline_zone or cluster.zone)
    day = (tender.deadline_at or actor.now).astimezone(zone).date()
    return Dossier(
        cluster,
        consortium,
        tender,
        sorted(parties, key=lambda one: not one.holds),
        await clusters.members_by_id(session, actor, members),
        [lot for lot in lots if lot.id in answered],
        split,
        *content,
        await party_repository.mandates_on(session, consortium, day),
        await certificates.shared_on(session, actor, members, day),
    )


async def led(session: AsyncSession, actor: Actor, consortium_id: UUID) -> Consortium:
    """A joint answer that the caller commits the lead of; raises NotFound, NotLead."""
    consortium = await repository.load(session, actor, consortium_id)
    require_lead(actor, consortium)
    return consortium


async def signing_party(
    session: AsyncSession, actor: Actor, consortium_id: UUID, party_id: UUID | None
) -> tuple[Party, list[Party]]:
    """The party that the caller signs for, and all of them.

    Their own; for one from outside, the lead. Raises NotFound, Forbidden, NotParty, NotLead,
    NotOutside.
    """
    consortium = await repository.load(session, actor, consortium_id)
    parties = await party_repository.parties(session, consortium)
    own = own_party(actor, parties, Permission.COMMIT_COMPANY)
    if party_id is None or party_id == own.id:
        return own, parties
    named = next((one for one in parties if one.id == party_id), None)
    if named is None:
        raise NotFound
    require_lead(actor, consortium)
    if named.member_id is not None:
        raise domain.NotOutside
    return named, parties
