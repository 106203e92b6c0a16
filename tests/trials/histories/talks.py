"""From the first talk to the award: what four companies may do about a tender of two lots."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from httpx import Response
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import text

from tests.consortia.steps import write_tender
from tests.trials.histories.invariants import INVARIANTS, MOVES
from tests.world import NOW, Person, World

COMPANIES = ("alpha", "beta", "gamma", "delta")
ANSWERED = frozenset({200, 201, 204, 403, 404, 409, 412, 422})
"""What a history may be answered: anything else is a fault of ours."""
NEXT_DAY = NOW + timedelta(hours=16)
"""From when on the cluster's rate is another."""
OUTSIDE = {"name": "Sonorisation du Forez SARL", "siret": "44306184100047"}

ALL_AT_ONCE = text(
    " UNION ALL ".join(
        f"SELECT '{name.replace(':', chr(92) + ':')}' WHERE EXISTS ({query})"
        for name, query in INVARIANTS.items()
    )
)
"""The names of what is broken."""

who = st.sampled_from(("alpha", "alpha", *COMPANIES))
"""Alpha leads the first answer to each tender: more of what it tries is done."""
pick = st.integers(0, 5)
forms = st.sampled_from(["conjoint", "solidaire"])


@dataclass
class Stage:
    """One world for all histories, and the loop that it lives in."""

    loop: asyncio.AbstractEventLoop
    world: World
    done: Counter[str] = field(default_factory=Counter)
    now: datetime = NOW

    def wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do it now."""
        return self.loop.run_until_complete(work)


class Talks(RuleBasedStateMachine):
    """Four companies and one tender of two lots."""

    stage: Stage

    @initialize(reached=st.integers(0, 13), form=forms)
    def begin(self, reached: int, form: str) -> None:
        """A tender, and a joint answer to it as far as it got."""
        self.tender = self.stage.wait(write_tender(self.stage.world, several_bids="unknown"))
        self.lots = [lot["id"] for lot in self.tender["lots"]]
        self.ids: list[str] = []
        self.receipts: list[str] = []
        self.states: dict[str, str] = {}
        self.stage.done["histories"] += 1
        self.stage.now = NOW
        for step in self.usual(form)[:reached]:
            step()
        _, self.states = self.stage.wait(self._ask())

    def usual(self, form: str) -> list[Callable[[], None]]:
        """What happens when all goes well, in order."""
        return [
            lambda: self.form("alpha", True, 0, form),
            lambda: self.invite("alpha", 0, "beta", "co_contractor"),
            lambda: self.split("alpha", 0, [4_000], 0, fixed=False),
            lambda: self.agree("alpha", 0),
            lambda: self.hand_in("alpha", 0, "submissions", "all"),
            lambda: self.award("alpha", 0, 0, "won", 9_000_001),
            lambda: self.receive("alpha", 0, 0, 1_000_003, 0, later=False, back=False),
        ]

    @property
    def today(self) -> str:
        """The day of the service's clock."""
        return self.stage.now.date().isoformat()

    def _person(self, name: str) -> Person:
        return self.stage.world.people[name]

    def _send(self, name: str, path: str, body: object = None) -> Any:
        """A request of one of them; what it gave, or None when it was refused."""
        return self._took(path, self.stage.wait(self._person(name).post(path, body)))

    def _took(self, path: str, answer: Response) -> Any:
        assert answer.status_code in ANSWERED, f"{path}: {answer.status_code} {answer.text}"
        kind = path.rsplit("/", 1)[-1]
        self.stage.done[f"{kind} {'done' if answer.status_code < 300 else 'refused'}"] += 1
        return answer.json() if answer.status_code in {200, 201} else None

    def _see(self, name: str, which: int) -> tuple[str, Any]:
        """One of the joint answers, and what a person sees of it; an empty path for none."""
        if not self.ids:
            return "", None
        path = f"/v1/consortia/{self.ids[which % len(self.ids)]}"
        answer = self.stage.wait(self._person(name).get(path))
        assert answer.status_code in {200, 403, 404}, answer.text
        return path, answer.json() if answer.status_code == 200 else None

    def _party(self, seen: Any, which: int) -> str:
        parties = seen["parties"]
        return str(parties[which % len(parties)]["id"]) if parties else "par_" + "0" * 32

    @rule(name=who, both=st.booleans(), lot=pick, form=forms)
    def form(self, name: str, both: bool, lot: int, form: str) -> None:
        """Open a joint answer."""
        lots = self.lots if both else [self.lots[lot % 2]]
        body = {"tender_id": self.tender["id"], "name": "G", "form": form, "lot_ids": lots}
        made = self._send(name, "/v1/consortia", body)
        if made:
            self.ids.append(made["id"])

    @rule(name=who, which=pick, other=who, role=st.sampled_from(["co_contractor", "relied_upon"]))
    def invite(self, name: str, which: int, other: str, role: str) -> None:
        """Ask a company in, which may answer at once."""
        path, seen = self._see(name, which)
        if seen:
            body = {"member_id": self._person(other).member, "role": role}
            party = self._send(name, f"{path}/parties", body)
            if party:
                self._send(other, f"{path}/parties/{party['id']}/acceptances")

    @rule(name=who, which=pick, party=pick, other=who, inside=st.booleans())
    def subcontract(self, name: str, which: int, party: int, other: str, inside: bool) -> None:
        """Present a subcontractor, of the cluster or from outside."""
        path, seen = self._see(name, which)
        if not seen:
            return
        terms = {"works_for": self._party(seen, party), "payment_terms": "30 jours"}
        body = {"role": "subcontractor", "tasks": "Location", "subcontract": terms}
        company = {"member_id": self._person(other).member} if inside else {"outside": OUTSIDE}
        made = self._send(name, f"{path}/parties", body | company)
        if made:
            self._send(other if inside else name, f"{path}/parties/{made['id']}/acceptances")

    @rule(
        name=who,
        which=pick,
        party=pick,
        act=st.sampled_from(["acceptances", "refusals", "withdrawals"]),
    )
    def answer(self, name: str, which: int, party: int, act: str) -> None:
        """Come in, decline, leave, take back."""
        path, seen = self._see(name, which)
        if seen:
            self._send(name, f"{path}/parties/{self._party(seen, party)}/{act}")

    @rule(
        name=who,
        which=pick,
        cuts=st.lists(st.integers(1, 9_999), max_size=3),
        cents=pick,
        fixed=st.booleans(),
    )
    def split(self, name: str, which: int, cuts: list[int], cents: int, fixed: bool) -> None:
        """Write a split: exact, for whoever is in; the first one's part fixed, or a share too."""
        path, seen = self._see(name, which)
        if not seen or not seen["parties"]:
            return
        inside = [one["id"] for one in seen["parties"] if one["joined_at"]][: len(set(cuts)) + 1]
        sharing = inside[1:] if fixed and len(inside) > 1 else inside
        bounds = [0, *sorted(set(cuts))[: len(sharing) - 1], 10_000]
        shares = [after - before for before, after in pairwise(bounds)]
        lines: list[Any] = [
            {"party_id": p, "bps": bps} for p, bps in zip(sharing, shares, strict=False)
        ]
        if sharing is not inside:
            lines.append({"party_id": inside[0], "amount": {"amount_cents": 1_000_000 + cents}})
        amount = {"amount_cents": 10_000_001 + cents}
        body = {"lots": [{"lot_id": x, "amount": amount, "lines": lines} for x in seen["lot_ids"]]}
        sent = self._person(name).put(f"{path}/split", body, seen["version"])
        self._took(f"{path}/split", self.stage.wait(sent))

    @rule(name=who, which=pick)
    def agree(self, name: str, which: int) -> None:
        """Propose; whoever is in may approve at once."""
        path, seen = self._see(name, which)
        made = self._send(name, f"{path}/agreements") if seen else None
        if made is None:
            return
        for other in COMPANIES:
            self._send(other, f"{path}/agreements/{made['id']}/approvals")

    @rule(name=who, which=pick, act=st.sampled_from(["approvals", "withdrawals"]))
    def on_agreement(self, name: str, which: int, act: str) -> None:
        """Approve, or take the proposal back."""
        path, seen = self._see(name, which)
        if seen and seen["agreement"]:
            self._send(name, f"{path}/agreements/{seen['agreement']['id']}/{act}")

    @rule(
        name=who,
        which=pick,
        act=st.sampled_from(["applications", "submissions"]),
        by=st.sampled_from(["all", "lead"]),
    )
    def hand_in(self, name: str, which: int, act: str, by: str) -> None:
        """The application, or the bid."""
        path, seen = self._see(name, which)
        if seen:
            self._send(
                name, f"{path}/{act}", {"submitted_at": self.stage.now.isoformat(), "signed_by": by}
            )

    @rule(name=who, which=pick, ground=st.sampled_from(["negotiation", "composition"]))
    def negotiate(self, name: str, which: int, ground: str) -> None:
        """Open a round."""
        path, seen = self._see(name, which)
        if seen:
            self._send(name, f"{path}/rounds", {"ground": ground, "reason": "Tour"})

    @rule(
        name=who,
        which=pick,
        lot=pick,
        outcome=st.sampled_from(["won", "lost", "no_award"]),
        cents=st.integers(1, 10**9),
    )
    def award(self, name: str, which: int, lot: int, outcome: str, cents: int) -> None:
        """Record an outcome."""
        path, seen = self._see(name, which)
        if seen:
            lot_id = self.lots[lot % 2]
            body = {"lot_id": lot_id, "outcome": outcome, "notified_on": self.today}
            amount = {"amount": {"amount_cents": cents}} if outcome == "won" else {}
            self._send(name, f"{path}/awards", body | amount)

    @rule(name=who, which=pick, award=pick)
    def take_back(self, name: str, which: int, award: int) -> None:
        """Take an outcome back."""
        path, seen = self._see(name, which)
        if seen and seen["awards"]:
            one = seen["awards"][award % len(seen["awards"])]["id"]
            self._send(name, f"{path}/awards/{one}/reversals", {"reason": "Erreur"})

    @rule(
        name=who,
        which=pick,
        party=pick,
        cents=st.integers(1, 10**7),
        lot=pick,
        later=st.booleans(),
        back=st.booleans(),
    )
    def receive(
        self, name: str, which: int, party: int, cents: int, lot: int, later: bool, back: bool
    ) -> None:
        """Money comes in, and perhaps what came first goes back."""
        self.sleep(later)
        path, seen = self._see(name, which)
        if not seen:
            return
        body = {
            "lot_id": self.lots[lot % 2],
            "party_id": self._party(seen, party),
            "amount": {"amount_cents": cents},
            "received_on": self.today,
            "reference": f"F{self.stage.done.total()}",
        }
        made = self._send(name, f"{path}/receipts", body)
        if made:
            self.receipts.append(f"{path}/receipts/{made['id']}")
        if back:
            self.take_back_receipt(name, 0)

    @rule(name=who, receipt=pick)
    def take_back_receipt(self, name: str, receipt: int) -> None:
        """What came in was a slip, or went back."""
        if self.receipts:
            self._send(name, f"{self.receipts[receipt % len(self.receipts)]}/reversals")

    @rule(name=who, which=pick, party=pick, kind=st.sampled_from(["withdrawal", "default"]))
    def fail(self, name: str, which: int, party: int, kind: str) -> None:
        """Drop out once the composition is frozen."""
        path, seen = self._see(name, which)
        if seen:
            body = {"kind": kind, "reason": "Cessation", "on_day": self.today}
            self._send(name, f"{path}/parties/{self._party(seen, party)}/failures", body)

    @rule(name=who, which=pick, party=pick, other=who, leaves=st.booleans())
    def change(self, name: str, which: int, party: int, other: str, leaves: bool) -> None:
        """Replace a company, as the buyer accepted."""
        path, seen = self._see(name, which)
        if not seen:
            return
        body = {"ground": "unable", "reason": "Liquidation", "accepted_on": self.today}
        leaving = {"leaving_id": self._party(seen, party)} if leaves else {}
        joining = {"joining": {"member_id": self._person(other).member}}
        made = self._send(name, f"{path}/composition-changes", body | leaving | joining)
        if made:
            self._send(other, f"{path}/parties/{made['joining_id']}/acceptances")

    @rule(name=who, which=pick, party=pick, accepted=st.booleans())
    def succeed(self, name: str, which: int, party: int, accepted: bool) -> None:
        """Hand the lead over; whoever it is offered to may take it."""
        path, seen = self._see(name, which)
        if not seen:
            return
        body = {"party_id": self._party(seen, party), "reason": "Fusion"}
        made = self._send(
            name, f"{path}/successions", body | ({"accepted_on": self.today} if accepted else {})
        )
        if made is None:
            return
        for other in COMPANIES:
            self._send(other, f"{path}/successions/{made['id']}/acceptances")

    def sleep(self, sleeps: bool) -> None:
        """Perhaps the next day comes, and with it another rate."""
        if sleeps:
            self.stage.now = NEXT_DAY

    @rule(name=who, which=pick)
    def give_up(self, name: str, which: int) -> None:
        """Withdraw the joint answer, now and then."""
        path, seen = self._see(name, which)
        if seen and which == 0:
            self._send(name, f"{path}/withdrawals", {"reason": "Trop tard"})

    @invariant()
    def all_holds(self) -> None:
        """Each invariant is a query that finds what breaks it; states follow one another."""
        broken, states = self.stage.wait(self._ask())
        assert not broken, broken
        for one, state in states.items():
            before = self.states.get(one, "forming")
            assert state == before or (before, state) in MOVES, (before, state)
        self.states = states

    async def _ask(self) -> tuple[list[str], dict[str, str]]:
        values = {"tender": self._tender_id(), "cluster": self.stage.world.cluster_id}
        async with self.stage.world.owner.transaction() as session:
            broken = list(await session.scalars(ALL_AT_ONCE, values))
            rows = await session.execute(
                text("SELECT id::text, state FROM consortium WHERE tender_id = :tender"), values
            )
            return broken, {str(row[0]): str(row[1]) for row in rows}

    def _tender_id(self) -> str:
        return str(self.tender["id"]).removeprefix("ten_")
