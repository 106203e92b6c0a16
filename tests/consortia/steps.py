"""The steps of a joint answer over HTTP, each asserted to succeed."""

import re
from dataclasses import dataclass, field
from typing import Any

from httpx import Response

from tests.world import Person, World

EURO = 100
_ARTICLE = re.compile(r"[LRD]\d{4}-\d+|n° \d{6}|22-D-04")
"""Where a title cites the law, so does the detail: it may be shown alone."""


def ok(answer: Response, status: int = 201) -> Any:
    """The body of an answer that must be a success."""
    assert answer.status_code == status, answer.text
    return answer.json()


def refused(answer: Response, status: int, code: str) -> Any:
    """The body of an answer that must be this refusal."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    problem = answer.json()
    cited = _ARTICLE.search(problem["title"])
    assert not cited or _ARTICLE.search(problem["detail"]), answer.text
    return problem


def lacking(answer: Response, *codes: str) -> Any:
    """The body of an answer that says that these things, and no others, are missing."""
    problem = refused(answer, 409, "not_ready")
    assert [one["code"] for one in problem["errors"]] == list(codes), answer.text
    return problem


async def write_tender(
    world: World, *, lots: int = 2, several_bids: str = "unknown", concession: bool = False
) -> Any:
    """A tender written by hand, with lots."""
    body = {
        "title": "Exploitation d'une salle de musiques actuelles",
        "buyer": "Ville de Saint-Étienne",
        "several_bids": several_bids,
        "concession": concession,
        "deadline": {"wall_time": "2026-03-20T12:00:00"},
        "lots": [{"number": str(n), "title": f"Lot {n}"} for n in range(1, lots + 1)],
    }
    return ok(await world.coordinator.post("/v1/tenders", body))


@dataclass
class Bid:
    """A consortium on its way; ``lead`` speaks for it."""

    lead: Person
    others: list[Person]
    lots: list[str]
    body: Any
    parties: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The address of the consortium."""
        return f"/v1/consortia/{self.body['id']}"

    @classmethod
    async def form(
        cls,
        tender: Any,
        lead: Person,
        *others: Person,
        lots: list[str] | None = None,
        name: str = "Groupement",
        form: str = "conjoint",
    ) -> "Bid":
        """Open it; the others are invited and accept."""
        answered = lots or [lot["id"] for lot in tender["lots"]]
        body = {
            "tender_id": tender["id"],
            "name": name,
            "form": form,
            "lot_ids": answered,
        }
        bid = cls(lead, list(others), answered, ok(await lead.post("/v1/consortia", body)))
        bid.parties[lead.member] = bid.body["parties"][0]["id"]
        for other in others:
            ok(await other.post(f"{await bid.invite(other)}/acceptances"))
        return bid

    async def invite(self, other: Person) -> str:
        """Invite a company; gives the address of its party."""
        party = ok(await self.lead.post(f"{self.path}/parties", {"member_id": other.member}))
        self.parties[other.member] = party["id"]
        return self.party(other)

    def party(self, person: Person) -> str:
        """The address of a company's party."""
        return f"{self.path}/parties/{self.parties[person.member]}"

    def shares(self, *bps: int, amount: int | None = 100_000 * EURO) -> Any:
        """A split body: the same shares on each lot."""
        lines = [
            {"party_id": party, "bps": share}
            for party, share in zip(self.parties.values(), bps, strict=True)
        ]
        price = {"amount": {"amount_cents": amount}} if amount else {}
        return {"lots": [{"lot_id": lot, **price, "lines": lines} for lot in self.lots]}

    async def version(self) -> int:
        """The version to name in If-Match."""
        return int(ok(await self.lead.get(self.path), 200)["version"])

    async def write(self, body: Any) -> Response:
        """Write the split under the present version."""
        return await self.lead.put(f"{self.path}/split", body, await self.version())

    async def propose(self) -> str:
        """Propose the agreement; gives its address."""
        agreement = ok(await self.lead.post(f"{self.path}/agreements"))
        return f"{self.path}/agreements/{agreement['id']}"

    async def agree(self) -> None:
        """Everyone approves."""
        address = await self.propose()
        for person in (self.lead, *self.others):
            ok(await person.post(f"{address}/approvals"))

    async def submit(self, at: str = "2026-03-02T09:00:00Z") -> Response:
        """The bid goes out."""
        return await self.lead.post(f"{self.path}/submissions", {"submitted_at": at})

    async def award(self, lot: int = 0, amount: int | None = 90_000 * EURO, **kw: Any) -> Response:
        """The outcome of a lot; won by default."""
        body = {
            "lot_id": self.lots[lot],
            "outcome": "won",
            "notified_on": "2026-03-01",
            **({"amount": {"amount_cents": amount}} if amount else {}),
            **kw,
        }
        return await self.lead.post(f"{self.path}/awards", body)

    async def receive(
        self, person: Person, cents: int, reference: str, *, by: Person | None = None, lot: int = 0
    ) -> Response:
        """Money that a party received, recorded by itself or by another."""
        body = {
            "lot_id": self.lots[lot],
            "party_id": self.parties[person.member],
            "amount": {"amount_cents": cents},
            "received_on": "2026-03-02",
            "reference": reference,
        }
        return await (by or person).post(f"{self.path}/receipts", body)

    async def contribution(self, person: Person | None = None) -> Any:
        """What each owes the cluster."""
        return ok(await (person or self.lead).get(f"{self.path}/contribution"), 200)


async def submitted(world: World, tender: Any | None = None, *shares: int) -> Bid:
    """A bid of alpha and beta that is out."""
    bid = await Bid.form(tender or await write_tender(world), world.alpha, world.beta)
    ok(await bid.write(bid.shares(*(shares or (6_000, 4_000)))), 200)
    await bid.agree()
    ok(await bid.submit())
    return bid
