"""From the award to the last invoice: what the same companies may do once they have won."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.contracts.steps import contract_body
from tests.trials.histories.talks import Talks, forms, pick, who

money = st.integers(1, 10**7)
moves = st.integers(-(10**6), 10**6)
grounds = st.sampled_from(["low_amount", "additional_works", "not_substantial", "substitution"])
kinds = st.sampled_from(["normal", "normal", "advance", "advance_recovery", "revision", "penalty"])
BELOW_ZERO = ("advance_recovery", "penalty")


class Histories(Talks):
    """The whole life of joint answers to one tender."""

    def usual(self, form: str) -> list[Callable[[], None]]:
        """What happens when all goes well, in order."""
        return [
            *super().usual(form),
            lambda: self.award("alpha", 0, 1, "lost", 1),
            lambda: self.sign("alpha", 0, 0, form, framework=False),
            lambda: self.bill("alpha", 0, 0, "normal", 1_000_003),
            lambda: self.decide("alpha", 0, 0, 0, approved=True),
            lambda: self.arrive("alpha", 0, 0, 0, 500_001),
            lambda: self.pay("alpha", 0, 0, 0, 400_001, later=False),
        ]

    def _contract(self, name: str, which: int, contract: int) -> tuple[str, Any]:
        """One of the contracts of a joint answer, and what a person sees of the answer."""
        path, seen = self._see(name, which)
        found = self._items(name, f"{path}/contracts") if seen else []
        if not found:
            return "", None
        return f"{path}/contracts/{found[contract % len(found)]['id']}", seen

    def _items(self, name: str, path: str) -> list[Any]:
        answer = self.stage.wait(self._person(name).get(path))
        assert answer.status_code in {200, 403, 404}, answer.text
        return list(answer.json()["items"]) if answer.status_code == 200 else []

    def _invoice(self, name: str, path: str, invoice: int) -> str:
        found = self._items(name, f"{path}/invoices") if path else []
        return f"{path}/invoices/{found[invoice % len(found)]['id']}" if found else ""

    @rule(name=who, which=pick, award=pick, form=forms, framework=st.booleans())
    def sign(self, name: str, which: int, award: int, form: str, framework: bool) -> None:
        """Sign the contract of an award."""
        path, seen = self._see(name, which)
        if seen and seen["awards"]:
            one = seen["awards"][award % len(seen["awards"])]["id"]
            said: Any = {"maximum": {"amount_cents": 20_000_000}} if framework else {}
            said |= {"signed_on": self.today, "starts_on": self.today, "form": form}
            self._send(name, f"{path}/contracts", contract_body(one, **said))

    @rule(name=who, which=pick, contract=pick, cents=money)
    def order(self, name: str, which: int, contract: int, cents: int) -> None:
        """Order under a framework, from the first party alone."""
        path, seen = self._contract(name, which, contract)
        if path:
            body = {
                "number": f"BC{self.stage.done.total()}",
                "ordered_on": self.today,
                "amount": {"amount_cents": cents},
                "parts": [{"party_id": self._party(seen, 0), "amount_cents": cents}],
            }
            self._send(name, f"{path}/orders", body)

    @rule(name=who, which=pick, contract=pick, ground=grounds, change=moves, shift=moves)
    def amend(
        self, name: str, which: int, contract: int, ground: str, change: int, shift: int
    ) -> None:
        """Amend: the first part bears the change, and gives some of its own to the last."""
        path, seen = self._contract(name, which, contract)
        if not path:
            return
        one = self.stage.wait(self._person(name).get(path)).json()
        cents = {part["party_id"]: part["amount"]["amount_cents"] for part in one["parts"]}
        if cents:
            first, last = next(iter(cents)), list(cents)[-1]
            cents[first] += change - shift
            cents[last] += shift
        parts = [{"party_id": p, "amount_cents": max(part, 0)} for p, part in cents.items()]
        body = {
            "ground": ground,
            "reason": "Avenant",
            "signed_on": self.today,
            "change_cents": change,
        }
        sent = self._person(name).post(
            f"{path}/amendments",
            body | ({"parts": parts} if parts else {}),
            If_Match=f'"{seen["version"]}"',
        )
        self._took(f"{path}/amendments", self.stage.wait(sent))

    @rule(name=who, which=pick, party=pick, kind=kinds, cents=money)
    def bill(self, name: str, which: int, party: int, kind: str, cents: int) -> None:
        """Bill the buyer, for oneself or another."""
        path, seen = self._contract(name, which, 0)
        if path:
            body = {
                "party_id": self._party(seen, party),
                "kind": kind,
                "number": f"F{self.stage.done.total()}",
                "issued_on": self.today,
                "amount_cents": -cents if kind in BELOW_ZERO else cents,
                "vat_bps": 0 if kind == "penalty" else 2_000,
                "note": "Indice",
            }
            self._send(name, f"{path}/invoices", body)

    @rule(name=who, which=pick, contract=pick, invoice=pick, approved=st.booleans())
    def decide(self, name: str, which: int, contract: int, invoice: int, approved: bool) -> None:
        """Say of an invoice that it is right, or why not."""
        path, _ = self._contract(name, which, contract)
        address = self._invoice(name, path, invoice)
        if address:
            self._send(name, f"{address}/decisions", {"approved": approved, "reason": "Vu"})

    @rule(name=who, which=pick, contract=pick, invoice=pick, cents=money)
    def arrive(self, name: str, which: int, contract: int, invoice: int, cents: int) -> None:
        """Money comes on the joint account."""
        path, _ = self._contract(name, which, contract)
        address = self._invoice(name, path, invoice)
        if address:
            line = {"invoice_id": address[-36:], "amount": {"amount_cents": cents}}
            body = {"received_on": self.today, "reference": f"V{self.stage.done.total()}"}
            self._send(name, f"{path}/account/receipts", body | {"lines": [line]})

    @rule(name=who, which=pick, contract=pick, invoice=pick, cents=money, later=st.booleans())
    def pay(
        self, name: str, which: int, contract: int, invoice: int, cents: int, later: bool
    ) -> None:
        """Pay an invoice: directly, or out of the joint account."""
        self.sleep(later)
        path, _ = self._contract(name, which, contract)
        address = self._invoice(name, path, invoice)
        if address:
            body: Any = {"amount": {"amount_cents": cents}, "received_on": self.today}
            body |= {"reference": f"P{self.stage.done.total()}"}
            made = self._send(name, f"{address}/payments", body)
            if made:
                joint = path.partition("/contracts/")[0]
                self.receipts.append(f"{joint}/receipts/{made['receipt_id']}")

    @rule(
        name=who,
        which=pick,
        contract=pick,
        book=st.sampled_from(["orders", "amendments", "invoices", "account/receipts"]),
        row=pick,
    )
    def undo(self, name: str, which: int, contract: int, book: str, row: int) -> None:
        """Take back what was entered by mistake."""
        path, _ = self._contract(name, which, contract)
        found = self._items(name, f"{path}/{book}") if path and "account" not in book else []
        if path and "account" in book:
            answer = self.stage.wait(self._person(name).get(f"{path}/account"))
            found = answer.json().get("receipts", []) if answer.status_code == 200 else []
        if found:
            one = found[row % len(found)]["id"]
            self._send(name, f"{path}/{book}/{one}/reversals", {"reason": "Erreur"})

    @rule(name=who, which=pick, contract=pick, ground=st.sampled_from(["performed", "fault"]))
    def close(self, name: str, which: int, contract: int, ground: str) -> None:
        """End a contract."""
        path, _ = self._contract(name, which, contract)
        if path:
            body = {"ground": ground, "reason": "Terme", "ended_on": self.today}
            self._send(name, f"{path}/closures", body)
