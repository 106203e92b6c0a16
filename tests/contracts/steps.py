"""The steps of a contract over HTTP."""

from dataclasses import dataclass
from typing import Any

from httpx import Response

from tests.consortia.steps import EURO, Bid, ok, write_tender
from tests.world import Person, World


def contract_body(award_id: str, **said: Any) -> Any:
    """What was signed: services for a year, from the day of the award on."""
    return {
        "award_id": award_id,
        "number": "2026-MAPA-017",
        "signed_on": "2026-03-01",
        "starts_on": "2026-03-02",
        "months": 12,
        "nature": "services",
        "form": "conjoint",
        **said,
    }


@dataclass
class Work:
    """A contract that is carried out by alpha, who leads, and beta."""

    bid: Bid
    body: Any

    @property
    def path(self) -> str:
        """The address of the contract."""
        return f"{self.bid.path}/contracts/{self.body['id']}"

    @property
    def lead(self) -> Person:
        """Who leads."""
        return self.bid.lead

    def party(self, person: Person) -> str:
        """The id of a company's party."""
        return self.bid.parties[person.member]

    def parts(self, *cents: int) -> Any:
        """Parts in the order of the parties."""
        named = zip(self.bid.parties.values(), cents, strict=True)
        return [{"party_id": party, "amount_cents": part} for party, part in named]

    async def now(self, person: Person | None = None) -> Any:
        """The contract as it stands."""
        return ok(await (person or self.lead).get(self.path), 200)

    async def held(self, person: Person | None = None) -> list[int]:
        """Each party's part as it stands, in the order of the parties."""
        found = (await self.now(person))["parts"]
        cents = {one["party_id"]: one["amount"]["amount_cents"] for one in found}
        return [cents.get(party, 0) for party in self.bid.parties.values()]

    async def amend(self, ground: str, change: int, *cents: int, **said: Any) -> Response:
        """An amendment of the lead, under the present version."""
        return await self.amend_by(self.lead, ground, change, *cents, **said)

    async def amend_by(
        self, person: Person, ground: str, change: int, *cents: int, **said: Any
    ) -> Response:
        """The same, by anyone."""
        body = {
            "ground": ground,
            "reason": "À la demande de l'acheteur.",
            "signed_on": "2026-03-02",
            "change_cents": change,
            **({"parts": self.parts(*cents)} if cents else {}),
            **said,
        }
        version = await self.bid.version()
        return await person.post(f"{self.path}/amendments", body, If_Match=f'"{version}"')

    async def order(self, number: str, *cents: int, **said: Any) -> Response:
        """An order that the parties carry out."""
        body = {
            "number": number,
            "ordered_on": "2026-03-02",
            "amount": {"amount_cents": sum(cents)},
            "parts": self.parts(*cents),
            **said,
        }
        return await self.lead.post(f"{self.path}/orders", body)

    async def close(self, **said: Any) -> Response:
        """It is performed."""
        body = {"ground": "performed", "ended_on": "2026-03-02", **said}
        return await self.lead.post(f"{self.path}/closures", body)


async def won(
    world: World,
    *,
    amount: int | None = 90_000 * EURO,
    lots: int = 1,
    form: str = "conjoint",
    concession: bool = False,
) -> tuple[Bid, Any]:
    """A bid of alpha and beta, 60 to 40, that won its first lot; and the award."""
    tender = await write_tender(world, lots=lots, concession=concession)
    bid = await Bid.form(tender, world.alpha, world.beta, form=form)
    ok(await bid.write(bid.shares(6_000, 4_000, amount=amount)), 200)
    await bid.agree()
    ok(await bid.submit())
    return bid, ok(await bid.award(amount=amount))


async def sign_contract(bid: Bid, award: Any, **said: Any) -> Response:
    """The contract of a won lot is signed."""
    return await bid.lead.post(f"{bid.path}/contracts", contract_body(award["id"], **said))


async def signed(world: World, *, of: str = "procurement", **said: Any) -> Work:
    """A contract of 90,000 € that runs: 54,000 for alpha, 36,000 for beta."""
    concession = of == "concession"
    bid, award = await won(world, form=said.get("form", "conjoint"), concession=concession)
    return Work(bid, ok(await sign_contract(bid, award, **said)))


async def framework(world: World, maximum: int = 50_000 * EURO, **said: Any) -> Work:
    """A framework with a maximum."""
    bid, award = await won(world, amount=None)
    body = await sign_contract(bid, award, maximum={"amount_cents": maximum}, **said)
    return Work(bid, ok(body))


async def bill(work: Work, person: Person, number: str, cents: int, **said: Any) -> Response:
    """What a company bills; ``by`` another records it."""
    body = {
        "party_id": work.party(person),
        "number": number,
        "issued_on": "2026-03-02",
        "amount_cents": cents,
        "vat_bps": 2_000,
    }
    by: Person = said.pop("by", person)
    return await by.post(f"{work.path}/invoices", {**body, **said})


async def approved(work: Work, person: Person, number: str, cents: int, **said: Any) -> str:
    """The address of an invoice that the lead approved."""
    made = ok(await bill(work, person, number, cents, **said))
    address = f"{work.path}/invoices/{made['id']}"
    ok(await work.lead.post(f"{address}/decisions", {"approved": True}))
    return address


async def pay(person: Person, address: str, cents: int, reference: str, **said: Any) -> Response:
    """What came in on an invoice."""
    body = {
        "amount": {"amount_cents": cents},
        "received_on": "2026-03-02",
        "reference": reference,
        **said,
    }
    return await person.post(f"{address}/payments", body)


async def arrive(work: Work, reference: str, lines: dict[str, int], **said: Any) -> Response:
    """The buyer pays on the joint account."""
    body = {
        "received_on": "2026-03-02",
        "reference": reference,
        "lines": [
            {"invoice_id": address.rsplit("/", 1)[-1], "amount": {"amount_cents": cents}}
            for address, cents in lines.items()
        ],
        **said,
    }
    return await work.lead.post(f"{work.path}/account/receipts", body)
