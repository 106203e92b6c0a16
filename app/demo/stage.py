"""The stage of the demo: people who act through the services, each within their own walls."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.clusters.domain import Admission, Choice, ClusterSettings
from app.clusters.service import Company
from app.consortia import party_repository, repository
from app.consortia import service as consortia
from app.consortia.domain import Asked, Form, Line, LotSplit, Outcome, PartyRole, Scope
from app.consortia.service.mandates import MandateIn
from app.demo.companies import BY_KEY, COORDINATOR
from app.infra.db import Anyone, Database, enter, system_actor
from app.kernel.actor import Actor
from app.kernel.money import Money
from app.tenders import service as tenders
from app.tenders.domain import Rules, Stance


@dataclass(slots=True)
class Stage:
    """Who can act, and what has come about so far."""

    database: Database
    job: Database
    now: datetime
    tokens: dict[str, str] = field(default_factory=dict)
    members: dict[str, UUID] = field(default_factory=dict)

    @asynccontextmanager
    async def acting(self, who: str, at: datetime) -> AsyncIterator[tuple[AsyncSession, Actor]]:
        """One act of a person, at a moment of the story, in one transaction."""
        async with self.database.transaction() as session:
            actor = await enter(session, Anyone(self.tokens[who], at, "demo"))
            yield session, actor

    @asynccontextmanager
    async def working(
        self, cluster_id: UUID, at: datetime
    ) -> AsyncIterator[tuple[AsyncSession, Actor]]:
        """One step of a job of the cluster, at a moment of the story, in one transaction."""
        async with self.job.transaction() as session:
            yield session, await system_actor(session, cluster_id, at, "demo")

    async def admit(self, key: str, at: datetime) -> None:
        """The coordinator admits a company."""
        company = BY_KEY[key]
        async with self.acting(COORDINATOR, at) as (session, actor):
            member = await clusters.admit_member(
                session,
                actor,
                company.declared(),
            )
        self.members[key] = member.id

    async def candidacy(
        self, company: Company, at: datetime, votes: Sequence[tuple[str, Choice]]
    ) -> None:
        """Members vote from now on: the coordinator presents a company, some have voted."""
        async with self.acting(COORDINATOR, at) as (session, actor):
            cluster = await clusters.get_cluster(session, actor)
            settings = ClusterSettings(cluster.name, cluster.zone, admission=Admission.VOTE)
            await clusters.change_cluster(session, actor, cluster.version, settings)
            view = await clusters.present(session, actor, company)
        for key, choice in votes:
            async with self.acting(BY_KEY[key].email, at) as (session, actor):
                await clusters.vote(session, actor, view.candidacy.id, choice)

    async def follow(self, notice_id: UUID, at: datetime, several_bids: str) -> "Followed":
        """The coordinator follows a notice."""
        async with self.acting(COORDINATOR, at) as (session, actor):
            tender = await tenders.follow_notice(session, actor, notice_id, several_bids)
            lots = await tenders.lots_of(session, actor, tender.id)
        return Followed(tender.id, [lot.id for lot in lots])

    async def read_rules(self, tender: "Followed", rules: Rules, at: datetime) -> None:
        """The coordinator says what the buyer's documents allow, forbid and ask for."""
        async with self.acting(COORDINATOR, at) as (session, actor):
            version = (await tenders.get_tender(session, actor, tender.id)).version
            await tenders.say_rules(session, actor, tender.id, version, rules)

    async def interest(
        self, key: str, tender: "Followed", lot: int, stance: Stance, at: datetime
    ) -> None:
        """A company says what it would take of a lot."""
        async with self.acting(BY_KEY[key].email, at) as (session, actor):
            await tenders.declare_interest(
                session, actor, tender.id, lot_id=tender.lots[lot], stance=stance, note=None
            )


@dataclass(frozen=True, slots=True)
class Followed:
    """A tender of the story."""

    id: UUID
    lots: list[UUID]


@dataclass(slots=True)
class Group:
    """A consortium of the story: its lead speaks for it."""

    stage: Stage
    lead: str
    id: UUID
    parties: dict[str, UUID]

    @classmethod
    async def form(
        cls,
        stage: Stage,
        tender: Followed,
        lots: Sequence[int],
        name: str,
        keys: Sequence[str],
        *,
        form: Form,
        at: datetime,
    ) -> "Group":
        """The first company leads, the others come in."""
        lead = keys[0]
        async with stage.acting(BY_KEY[lead].email, at) as (session, actor):
            opened, _ = await consortia.form(
                session,
                actor,
                tender_id=tender.id,
                name=name,
                form=form,
                lot_ids=[tender.lots[lot] for lot in lots],
            )
            (own,) = await party_repository.parties(session, opened)
        group = cls(stage, lead, opened.id, {lead: own.id})
        for key in keys[1:]:
            await group.join(key, at)
        return group

    async def join(self, key: str, at: datetime) -> None:
        """The lead invites a company, which accepts."""
        async with self.stage.acting(BY_KEY[self.lead].email, at) as (session, actor):
            party = await consortia.invite(
                session,
                actor,
                self.id,
                Asked(
                    self.stage.members[key],
                    PartyRole.CO_CONTRACTOR,
                    ", ".join(BY_KEY[key].skills),
                ),
            )
        async with self.stage.acting(BY_KEY[key].email, at) as (session, actor):
            await consortia.accept_invitation(session, actor, self.id, party.id)
        self.parties[key] = party.id

    async def split(
        self,
        lots: Sequence[tuple[UUID, Money]],
        shares: Sequence[int],
        at: datetime,
    ) -> None:
        """The lead writes the split: one share (bps) per company, the same for each lot."""
        lines = self.lines(*shares)
        await self.write([LotSplit(lot, price.amount_cents, lines) for lot, price in lots], at)

    def lines(self, *shares: int) -> tuple[Line, ...]:
        """One share (bps) per company, in their order."""
        return tuple(
            Line(party, bps=share, tasks=", ".join(BY_KEY[key].skills))
            for (key, party), share in zip(self.parties.items(), shares, strict=True)
        )

    async def write(self, lots: Sequence[LotSplit], at: datetime) -> None:
        """The lead writes the split."""
        async with self.stage.acting(BY_KEY[self.lead].email, at) as (session, actor):
            seen = await repository.load(session, actor, self.id)
            await consortia.write_split(session, actor, self.id, seen.version, lots)

    async def agree(self, at: datetime, approving: Sequence[str] | None = None) -> None:
        """The lead proposes; the companies approve (all of them by default)."""
        async with self.stage.acting(BY_KEY[self.lead].email, at) as (session, actor):
            agreement = await consortia.propose(session, actor, self.id)
        for key in approving if approving is not None else self.parties:
            async with self.stage.acting(BY_KEY[key].email, at) as (session, actor):
                await consortia.approve(session, actor, self.id, agreement.id)

    async def mandate(self, key: str, at: datetime) -> None:
        """A company lets the lead sign application and bid, for six weeks."""
        until = (at + timedelta(days=45)).date()
        given = MandateIn(
            frozenset({Scope.APPLICATION, Scope.BID}), at.date(), until, None, "Pouvoir signé"
        )
        async with self.stage.acting(BY_KEY[key].email, at) as (session, actor):
            await consortia.give_mandate(session, actor, self.id, self.parties[key], given)

    async def submit(self, at: datetime) -> None:
        """The bid goes out."""
        async with self.stage.acting(BY_KEY[self.lead].email, at) as (session, actor):
            await consortia.submit(
                session,
                actor,
                self.id,
                submitted_at=at - timedelta(minutes=4),
                platform="Plateforme de l'acheteur",
                reference="Accusé de dépôt",
            )

    async def outcome(self, lot: UUID, outcome: Outcome, euros: int | None, at: datetime) -> UUID:
        """The buyer decides a lot; gives the id of what is recorded."""
        async with self.stage.acting(BY_KEY[self.lead].email, at) as (session, actor):
            award, _ = await consortia.award(
                session,
                actor,
                self.id,
                lot_id=lot,
                outcome=outcome,
                amount_cents=euros * 100 if euros else None,
                notified_on=at.date(),
            )
            return award.id

    async def version(self, session: AsyncSession, actor: Actor) -> int:
        """What a write names as read."""
        return (await repository.load(session, actor, self.id)).version

    async def receive(self, key: str, lot: UUID, cents: int, day: date, reference: str) -> None:
        """A company records what it received."""
        at = datetime.combine(day, self.stage.now.timetz())
        async with self.stage.acting(BY_KEY[key].email, at) as (session, actor):
            await consortia.record_receipt(
                session,
                actor,
                self.id,
                lot_id=lot,
                party_id=self.parties[key],
                amount_cents=cents,
                received_on=day,
                reference=reference,
            )
