"""A notice as its stored version has it: canonical JSON, in which equal notices are equal."""

from typing import Any

from app.kernel.money import Money
from app.watch.domain import Award, Criterion, Deadline, Notice, NoticeLot


def content_of(notice: Notice) -> dict[str, Any]:
    """What is stored of a notice. ``details`` holds what the source said of the rest, no more."""
    return {
        "source_id": notice.source_id,
        "kind": notice.kind,
        "title": notice.title,
        "description": notice.description,
        "buyer": notice.buyer,
        "buyer_siret": notice.buyer_siret,
        "nature": notice.nature,
        "concession": notice.concession,
        "procedure": notice.procedure,
        "procedure_id": notice.procedure_id,
        "follows": notice.follows,
        "cpv": notice.cpv,
        "departments": notice.departments,
        "nuts": notice.nuts,
        "reserved": notice.reserved,
        "lots": [_lot(lot) for lot in notice.lots],
        "estimate": _money(notice.estimate),
        "deadline": _deadline(notice.deadline),
        "published_on": notice.published_on.isoformat(),
        "url": notice.url,
        "details": _said(
            application_deadline=_deadline(notice.application_deadline),
            bid_deadline=_deadline(notice.bid_deadline),
            criteria=[_criterion(one) for one in notice.criteria],
            documents=notice.documents,
            renews=notice.renews,
            duration_months=notice.duration_months,
            awards=[_award(one) for one in notice.awards],
        ),
    }


def _said(**facts: object) -> dict[str, object]:
    return {name: fact for name, fact in facts.items() if fact not in (None, [], ())}


def _lot(lot: NoticeLot) -> dict[str, Any]:
    return {
        "number": lot.number,
        "title": lot.title,
        "description": lot.description,
        "cpv": list(lot.cpv),
        "estimate_cents": lot.estimate.amount_cents if lot.estimate else None,
        "currency": lot.estimate.currency if lot.estimate else None,
        **_said(
            nuts=lot.nuts,
            deadline=_deadline(lot.deadline),
            criteria=[_criterion(one) for one in lot.criteria],
            reserved=lot.reserved,
            duration_months=lot.duration_months,
        ),
    }


def _criterion(criterion: Criterion) -> dict[str, Any]:
    weighed = _said(weight=criterion.weight, unit=criterion.unit)
    return {"kind": criterion.kind, "name": criterion.name, **weighed}


def _award(award: Award) -> dict[str, Any]:
    return {
        "winner": award.winner,
        **_said(
            lot=award.lot,
            winner_siret=award.winner_siret,
            amount=_money(award.amount),
            concluded_on=award.concluded_on.isoformat() if award.concluded_on else None,
        ),
    }


def _money(money: Money | None) -> dict[str, Any] | None:
    return {"amount_cents": money.amount_cents, "currency": money.currency} if money else None


def _deadline(deadline: Deadline | None) -> dict[str, Any] | None:
    if deadline is None:
        return None
    return {
        "at": deadline.at.isoformat(),
        "zone": deadline.zone,
        "text": deadline.text,
        "certain": deadline.certain,
    }
