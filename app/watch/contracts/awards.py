"""The contracts that an award notice tells: one a lot."""

from itertools import groupby

from app.watch.contracts.domain import Contract, Holder
from app.watch.domain import Award, Nature, Notice, NoticeKind

WORKS_CPV = "45000000"


def contracts_of(notice: Notice, months_called: int | None = None) -> list[Contract]:
    """The contracts of an award notice. ``months_called`` is the term that the call had stated:
    awards seldom repeat it.
    """
    if notice.kind is not NoticeKind.AWARD:
        return []
    awards = sorted(notice.awards, key=lambda award: award.lot or "")
    return [
        _contract(notice, lot, list(of_lot), months_called)
        for lot, of_lot in groupby(awards, key=lambda award: award.lot)
    ]


def _contract(
    notice: Notice, number: str | None, awards: list[Award], months_called: int | None
) -> Contract:
    lot = next((one for one in notice.lots if one.number == number), None)
    cpv = (lot.cpv if lot else ()) or notice.cpv
    if not cpv and notice.nature is Nature.WORKS:
        cpv = (WORKS_CPV,)
    amounts = [award.amount for award in awards if award.amount]
    procedure = notice.procedure or ""
    return Contract(
        source_id=f"{notice.source_id}#{number or ''}",
        title=(lot.title if lot else "") or notice.title,
        buyer=notice.buyer,
        buyer_siret=notice.buyer_siret,
        started_on=min(
            (award.concluded_on for award in awards if award.concluded_on),
            default=notice.published_on,
        ),
        published_on=notice.published_on,
        months=(lot.duration_months if lot else None) or notice.duration_months or months_called,
        cpv=cpv,
        departments=notice.departments,
        concession=notice.concession,
        framework="accord-cadre" in f"{notice.title} {notice.description} {procedure}".lower(),
        procedure=notice.procedure,
        holders=tuple(
            Holder(award.winner_siret, "SIRET" if award.winner_siret else None, award.winner)
            for award in awards
        ),
        # Several winners may each have been told the whole: their sum would be an invention.
        amount=amounts[0] if len(amounts) == 1 else None,
    )
