"""Contracts that are carried out: signature, orders, amendments, end."""

from tests.access.builders.consortia import TODAY
from tests.access.calls import Call, builds
from tests.access.scene import Scene
from tests.contracts.steps import Work, contract_body


def of(work: Work, **ids: str) -> dict[str, str]:
    """The ids of a path under a contract."""
    return {"consortium_id": work.bid.body["id"], "contract_id": work.body["id"], **ids}


@builds("list_contracts")
def list_contracts(scene: Scene, _who: str) -> Call:
    """Those of a joint answer that has won."""
    return Call({"consortium_id": scene.held().work.bid.body["id"]})


@builds("list_contracts@submitted")
def list_before(scene: Scene, _who: str) -> Call:
    """Nothing is won yet."""
    return Call({"consortium_id": scene.stages["submitted"].x.id})


@builds("get_contract")
@builds("list_amendments")
def of_a_contract(scene: Scene, _who: str) -> Call:
    """X's contract."""
    return Call(of(scene.held().work))


@builds("list_orders")
def of_a_framework(scene: Scene, _who: str) -> Call:
    """X's framework."""
    return Call(of(scene.held().frame))


@builds("sign_contract")
def sign_contract(scene: Scene, _who: str) -> Call:
    """It is signed already: its lead is told so."""
    work = scene.held().work
    body = contract_body(work.body["award_id"])
    return Call({"consortium_id": work.bid.body["id"]}, body=body)


@builds("place_order")
def place_order(scene: Scene, _who: str) -> Call:
    """Within the maximum."""
    frame = scene.held().frame
    body = {
        "number": "BC3",
        "ordered_on": TODAY,
        "amount": {"amount_cents": 1_000},
        "parts": frame.parts(600, 400),
    }
    return Call(of(frame), body=body)


@builds("reverse_order")
def reverse_order(scene: Scene, _who: str) -> Call:
    """X's order of which nothing was billed."""
    held = scene.held()
    return Call(of(held.frame, order_id=held.order_id))


@builds("amend_contract")
def amend_contract(scene: Scene, _who: str) -> Call:
    """Parts as they stand."""
    held = scene.held()
    parts = [
        {"party_id": one["party_id"], "amount_cents": one["amount"]["amount_cents"]}
        for one in held.parts
    ]
    body = {
        "ground": "not_substantial",
        "reason": "Sans objet.",
        "signed_on": TODAY,
        "change_cents": 0,
        "parts": parts,
    }
    return Call(of(held.work), body=body, version=held.version)


@builds("reverse_amendment")
def reverse_amendment(scene: Scene, _who: str) -> Call:
    """X's only amendment."""
    held = scene.held()
    path = of(held.work, amendment_id=held.amendment_id)
    return Call(path, body={"reason": "Erreur."})


@builds("close_contract")
def close_contract(scene: Scene, _who: str) -> Call:
    """An invoice still awaits a word: the lead is told so."""
    body = {"ground": "performed", "ended_on": TODAY}
    return Call(of(scene.held().work), body=body)


@builds("list_invoices")
@builds("get_contract_progress")
def billed(scene: Scene, _who: str) -> Call:
    """Under X's contract."""
    return Call(of(scene.held().work))


@builds("get_joint_account")
def joint_account(scene: Scene, _who: str) -> Call:
    """Of X's framework."""
    return Call(of(scene.held().frame))


@builds("submit_invoice")
def submit_invoice(scene: Scene, who: str) -> Call:
    """Of the caller's own part; strangers try with the lead's."""
    body = {
        "party_id": scene.own_party("won", who),
        "number": "F9",
        "issued_on": TODAY,
        "amount_cents": 1_003,
    }
    return Call(of(scene.held().work), body=body)


@builds("decide_invoice")
def decide_invoice(scene: Scene, _who: str) -> Call:
    """The other company's awaits the lead's word."""
    held = scene.held()
    return Call(of(held.work, invoice_id=held.invoice_id), body={"approved": True})


@builds("reverse_invoice")
def reverse_invoice(scene: Scene, _who: str) -> Call:
    """The other company's."""
    held = scene.held()
    return Call(of(held.work, invoice_id=held.invoice_id), body={"reason": "Erreur."})


def _money() -> dict[str, object]:
    return {"amount": {"amount_cents": 1_003}, "received_on": TODAY, "reference": "V9"}


@builds("pay_invoice")
def pay_invoice(scene: Scene, _who: str) -> Call:
    """The lead's, directly."""
    held = scene.held()
    return Call(of(held.work, invoice_id=held.approved_id), body=_money())


@builds("pay_invoice@account")
def transfer(scene: Scene, _who: str) -> Call:
    """The lead's, out of the joint account."""
    held = scene.held()
    return Call(of(held.frame, invoice_id=held.on_account_id), body=_money())


@builds("receive_on_account")
def receive_on_account(scene: Scene, _who: str) -> Call:
    """What is still to come."""
    held = scene.held()
    line = {"invoice_id": held.on_account_id, "amount": {"amount_cents": 1_003}}
    body = {"received_on": TODAY, "reference": "AC9", "lines": [line]}
    return Call(of(held.frame), body=body)


@builds("reverse_account_receipt")
def reverse_account_receipt(scene: Scene, _who: str) -> Call:
    """All of it still stands."""
    held = scene.held()
    return Call(of(held.frame, account_receipt_id=held.account_receipt_id))
