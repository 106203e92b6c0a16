"""Use cases of flows between members: to declare, and to reverse."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.clusters.domain import UnknownMember
from app.flows import domain, repository
from app.flows.domain import Side, Statement
from app.flows.models import Exchange, ExchangeReversal, ExchangeWord
from app.infra.db import hold
from app.journal.service import record
from app.kernel.access import ALLOWED, Permission, require
from app.kernel.actor import Actor
from app.kernel.errors import Invalid


async def declare(
    session: AsyncSession, actor: Actor, statement: Statement, *, member_id: UUID | None = None
) -> UUID:
    """Say what a side knows of an invoice, and give its flow; said twice, it is one flow (5.7).

    ``member_id`` is whose word it is: the caller's company, or any where coordinator or treasurer
    enter it. Raises Forbidden, Invalid, UnknownMember, SaidOtherwise.
    """
    teller = _teller(actor, member_id)
    statement.check(actor.now.date())
    seller_id, buyer_id, partner_id = statement.ends(teller)
    named = {seller_id, buyer_id or partner_id or seller_id}
    if len(await clusters.members_by_id(session, actor, named)) != len(named):
        raise UnknownMember
    if statement.consortium_id is not None and not await repository.share_an_award(
        session, statement.consortium_id, teller, statement.counterpart_id
    ):
        message = "Ce n'est pas un groupement attributaire de ces deux entreprises."
        raise Invalid.at("/consortium_id", "no_common_award", message)
    # By the seller: whoever else says a word of the same invoice waits for this one.
    await hold(session, f"flows {seller_id}")
    await _check_credit(session, actor, statement, seller_id, buyer_id)
    exchange = await _known(session, actor, statement, (seller_id, buyer_id, partner_id))
    if exchange is None:
        turn = await repository.turns(session, actor, seller_id, buyer_id, statement.number)
        exchange = Exchange(
            cluster_id=actor.cluster_id,
            nature=statement.nature.value,
            seller_id=seller_id,
            buyer_id=buyer_id,
            partner_id=partner_id,
            number=statement.number,
            turn=turn + 1,
            corrects_id=statement.corrects_id,
            recorded_at=actor.now,
        )
        session.add(exchange)
        await session.flush()
    await _say(session, actor, exchange, statement)
    return exchange.id


async def reverse(session: AsyncSession, actor: Actor, flow_id: UUID, reason: str) -> None:
    """Reverse a flow: it counts no more, and the next run charges back what it bore.

    To reclassify is to reverse and to declare anew (5.7). Raises NotFound, Forbidden, OthersFlow,
    AlreadyReversed, CreditNotesStand.
    """
    if Permission.KEEP_FLOWS not in ALLOWED[actor.role]:
        require(actor, Permission.DECLARE_FLOW)
    exchange = await repository.require_flow(session, actor, flow_id)
    await hold(session, f"flows {exchange.seller_id}")
    said = await repository.word(session, actor, flow_id, Side.SELLER)
    if said is not None and actor.member_id == exchange.buyer_id:
        raise domain.OthersFlow
    if said is None and actor.member_id == exchange.seller_id:
        raise domain.OthersFlow("L'acheteur seul a déclaré cette facture : lui, ou la trésorerie.")
    if await repository.standing(session, actor, flow_id) is None:
        raise domain.AlreadyReversed
    if await repository.credit_notes_stand(session, actor, flow_id):
        raise domain.CreditNotesStand
    session.add(
        ExchangeReversal(
            cluster_id=actor.cluster_id,
            exchange_id=flow_id,
            reason=reason,
            reversed_at=actor.now,
            person_id=actor.person_id,
        )
    )
    await record(session, actor, "flow.reversed", flow_id)


def _teller(actor: Actor, member_id: UUID | None) -> UUID:
    if Permission.KEEP_FLOWS in ALLOWED[actor.role]:
        if member_id is None:
            message = "Dites pour quelle entreprise vous saisissez ce flux."
            raise Invalid.at("/member_id", "missing", message)
        return member_id
    require(actor, Permission.DECLARE_FLOW)
    own = actor.member_id
    if own is None or member_id not in {None, own}:
        message = "Une entreprise déclare ses propres flux."
        raise Invalid.at("/member_id", "another_company", message)
    return own


async def _check_credit(
    session: AsyncSession,
    actor: Actor,
    statement: Statement,
    seller_id: UUID,
    buyer_id: UUID | None,
) -> None:
    """Raise Invalid unless what a credit note corrects is an invoice of the same two."""
    if statement.corrects_id is None:
        return
    found = await repository.standing(session, actor, statement.corrects_id)
    same = found is not None and (found.nature, found.seller_id, found.buyer_id) == (
        statement.nature.value,
        seller_id,
        buyer_id,
    )
    if found is None or not same or found.corrects_id is not None:
        message = "Un avoir corrige une facture déclarée des deux mêmes, et non annulée."
        raise Invalid.at("/corrects_id", "no_such_invoice", message)
    word = await repository.word(session, actor, found.id, Side.SELLER)
    if word is not None and statement.invoiced_on < word.invoiced_on:
        message = "Un avoir ne précède pas la facture qu'il corrige."
        raise Invalid.at("/invoiced_on", "before_its_invoice", message)


async def _known(
    session: AsyncSession,
    actor: Actor,
    statement: Statement,
    ends: tuple[UUID, UUID | None, UUID | None],
) -> Exchange | None:
    """The flow of this invoice, if there is one; raises SaidOtherwise when it is another.

    What a buyer claims never keeps a seller from declaring: only the seller's own words do.
    """
    found = None
    seller_id, buyer_id, partner_id = ends
    same = (statement.nature.value, buyer_id, partner_id, statement.corrects_id)
    for one in await repository.by_number(session, actor, seller_id, statement.number):
        if (one.nature, one.buyer_id, one.partner_id, one.corrects_id) == same:
            found = one
        elif one.buyer_id == buyer_id or (
            statement.side == Side.SELLER
            and await repository.word(session, actor, one.id, Side.SELLER) is not None
        ):
            raise domain.SaidOtherwise
    return found


async def _say(
    session: AsyncSession, actor: Actor, exchange: Exchange, statement: Statement
) -> None:
    told = await repository.word(session, actor, exchange.id, statement.side)
    said = (statement.amount_cents, statement.invoiced_on, statement.consortium_id)
    if told is not None:
        if (told.amount_cents, told.invoiced_on, told.consortium_id) != said:
            raise domain.SaidOtherwise
        return
    session.add(
        ExchangeWord(
            cluster_id=actor.cluster_id,
            exchange_id=exchange.id,
            side=statement.side.value,
            amount_cents=statement.amount_cents,
            currency="EUR",
            invoiced_on=statement.invoiced_on,
            label=statement.label,
            consortium_id=statement.consortium_id,
            said_at=actor.now,
            person_id=actor.person_id,
        )
    )
    await record(session, actor, "flow.declared", exchange.id)
