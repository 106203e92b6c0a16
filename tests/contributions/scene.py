"""A won joint answer, in rows: what the room of contributions knows of one is its id."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.contributions import service
from app.contributions.domain import ConsortiumContribution, Part, PolicyTerms
from app.contributions.models import Charge
from app.infra.db import Anyone, Database, Query, enter
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from tests.world import NOW, Person, World

DAY = NOW.date()


@asynccontextmanager
async def acting(database: Database, person: Person) -> AsyncIterator[tuple[AsyncSession, Actor]]:
    """A transaction as someone signed in, behind the walls; it commits."""
    async with database.transaction() as session:
        yield session, await enter(session, Anyone(person.token, NOW, "req_test"))


@dataclass
class Answer:
    """A consortium that has won one lot: its parties by the names of their companies."""

    world: World
    serving: Database
    id: UUID = field(default_factory=new_id)
    award_id: UUID = field(default_factory=new_id)
    lot_id: UUID = field(default_factory=new_id)
    parties: dict[str, UUID] = field(default_factory=dict)
    lead: str = "alpha"

    async def forecast(self, on: date = DAY, **bases: int) -> None:
        """The award, recorded by the lead; ``outside`` is a company that is no member."""
        parts = [
            Part(self.parties.get(name, self.id), self._member(name), base)
            for name, base in bases.items()
        ]
        async with acting(self.serving, self.world.people[self.lead]) as (session, actor):
            await service.forecast(
                session,
                actor,
                consortium_id=self.id,
                award_id=self.award_id,
                lot_id=self.lot_id,
                parts=parts,
                on=on,
            )

    async def framework(self) -> None:
        """The award of a framework, recorded by the lead: nobody knows the amount."""
        async with acting(self.serving, self.world.people[self.lead]) as (session, actor):
            await service.award_without_amount(
                session, actor, consortium_id=self.id, award_id=self.award_id
            )

    async def receive(
        self,
        name: str,
        base_cents: int,
        on: date = DAY,
        *,
        by: str | None = None,
        receipt_id: UUID | None = None,
    ) -> Charge | None:
        """A receipt of a company, recorded by itself or by someone else."""
        member_id = self._member(name)
        assert member_id is not None
        async with acting(self.serving, self.world.people[by or name]) as (session, actor):
            return await service.charge_receipt(
                session,
                actor,
                receipt_id=receipt_id or new_id(),
                consortium_id=self.id,
                award_id=self.award_id,
                lot_id=self.lot_id,
                party_id=self.parties[name],
                member_id=member_id,
                base_cents=base_cents,
                received_on=on,
            )

    async def seen_by(self, name: str) -> ConsortiumContribution:
        """The statement as a person reads it."""
        caller = Anyone(self.world.people[name].token, NOW, "req_test")
        rows = Query(f"SELECT {service.STATEMENT_ROWS.format(consortium='$1::uuid')}")
        found = (await self.serving.read(caller, rows, [self.id])).columns
        assert found is not None
        return service.statement(self.id, json.loads(found[0] or b""))

    async def figures(self, name: str, reader: str = "treasurer") -> tuple[int, ...]:
        """Forecast, due, charged, paid of one company, in cents."""
        seen = await self.seen_by(reader)
        party = next(one for one in seen.parties if one.party_id == self.parties[name])
        amounts = (party.forecast, party.due, party.charged, party.paid)
        return tuple(one.amount_cents for one in amounts)

    def _member(self, name: str) -> UUID | None:
        return self.world.people[name].member_id if name in self.world.people else None


async def win(world: World, serving: Database, *names: str) -> Answer:
    """A consortium of the named companies, the first in the lead, that has won."""
    answer = Answer(world, serving, lead=names[0])
    tender_id = new_id()
    async with world.owner.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO tender (cluster_id, id, title, buyer, concession, several_bids,"
                " cancelled, followed_by, created_at, version)"
                " VALUES (:cluster, :id, 'x', 'x', false, 'unknown', false, :id, :now, 1)"
            ),
            {"cluster": world.cluster_id, "id": tender_id, "now": NOW},
        )
        await session.execute(
            text(
                "INSERT INTO consortium (cluster_id, id, tender_id, name, form, lead_member_id,"
                " state, version, created_at) VALUES (:cluster, :id, :tender, 'x', 'conjoint',"
                " :lead, 'won', 1, :now)"
            ),
            {
                "cluster": world.cluster_id,
                "id": answer.id,
                "tender": tender_id,
                "lead": world.people[names[0]].member_id,
                "now": NOW,
            },
        )
        for name in names:
            answer.parties[name] = new_id()
            await session.execute(
                text(
                    "INSERT INTO party (cluster_id, id, consortium_id, member_id, role,"
                    " invited_at, joined_at)"
                    " VALUES (:cluster, :id, :consortium, :member, :role, :now, :now)"
                ),
                {
                    "cluster": world.cluster_id,
                    "id": answer.parties[name],
                    "consortium": answer.id,
                    "member": world.people[name].member_id,
                    "role": "lead" if name == names[0] else "co_contractor",
                    "now": NOW,
                },
            )
    return answer


async def vote(
    world: World,
    serving: Database,
    terms: PolicyTerms,
    valid_from: date = DAY,
) -> None:
    """Put another policy in force than the world's own, the default one since 2025."""
    async with acting(serving, world.coordinator) as (session, actor):
        await service.set_policy(session, actor, valid_from=valid_from, terms=terms)


async def pay(
    world: World, serving: Database, name: str, amount_cents: int, reference: str
) -> None:
    """A company's payment, recorded by the treasurer."""
    member_id = world.people[name].member_id
    assert member_id is not None
    async with acting(serving, world.treasurer) as (session, actor):
        await service.record_payment(
            session,
            actor,
            member_id=member_id,
            amount_cents=amount_cents,
            received_on=DAY,
            reference=reference,
        )


async def balances(world: World) -> dict[str, int]:
    """The books: each account's debit less credit, in cents; 411 stands for its members."""
    async with world.owner.transaction() as session:
        rows = await session.execute(
            text(
                "SELECT a.code, sum(CASE WHEN p.debit_account_id = a.id THEN p.amount_cents"
                " ELSE -p.amount_cents END)::bigint FROM ledger_account a JOIN ledger_posting p"
                " ON p.cluster_id = a.cluster_id"
                " AND a.id IN (p.debit_account_id, p.credit_account_id)"
                " WHERE a.cluster_id = :cluster GROUP BY a.code"
            ),
            {"cluster": world.cluster_id},
        )
    found: dict[str, int] = {}
    for code, balance in rows:
        short = "411" if code.startswith("411") else code
        found[short] = found.get(short, 0) + balance
    return {code: balance for code, balance in found.items() if balance}
