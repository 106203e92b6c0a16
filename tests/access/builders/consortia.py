"""The bodies: one builder per operation that needs one; tenders, consortia, money."""

from uuid import uuid4

from tests.access.calls import Call, builds
from tests.access.scene import Scene
from tests.world import NOW

TODAY = NOW.date().isoformat()


def in_consortium(scene: Scene, stage: str, **ids: str) -> dict[str, str]:
    """The ids of a path under X at a stage."""
    return {"consortium_id": scene.stages[stage].x.id, **ids}


@builds("follow_tender")
def follow_tender(_scene: Scene, _who: str) -> Call:
    """A tender written by hand."""
    return Call(body={"title": "Conseil en mobilité", "buyer": "Ville de Lille"})


@builds("follow_tender@notice")
def follow_notice(scene: Scene, _who: str) -> Call:
    """A notice that the cluster does not follow yet."""
    return Call(body={"notice_id": scene.notice_id})


@builds("write_tender_rules")
def write_tender_rules(scene: Scene, _who: str) -> Call:
    """A tender that nobody answers yet; one of its lots is reserved."""
    lot = scene.free["lots"][0]["id"]
    body = {"several_bids": "allowed", "reserved": [{"lot_id": lot, "kinds": ["insertion"]}]}
    return Call({"tender_id": scene.free["id"]}, body=body, version=scene.free["version"])


@builds("declare_interest")
def declare_interest(scene: Scene, _who: str) -> Call:
    """A lot of a tender that nobody answers yet."""
    lot = scene.free["lots"][0]["id"]
    return Call({"tender_id": scene.free["id"]}, body={"lot_id": lot, "stance": "part"})


@builds("record_solo_bid")
def record_solo_bid(scene: Scene, _who: str) -> Call:
    """A lot of a tender that nobody answers yet."""
    body = {"lot_id": scene.free["lots"][0]["id"]}
    return Call({"tender_id": scene.free["id"]}, body=body)


@builds("list_solo_bids")
def list_solo_bids(scene: Scene, _who: str) -> Call:
    """A tender that alpha answers alone."""
    return Call({"tender_id": scene.alone["id"]})


@builds("withdraw_solo_bid")
def withdraw_solo_bid(scene: Scene, _who: str) -> Call:
    """What alpha answers alone."""
    path = {"tender_id": scene.alone["id"], "solo_bid_id": scene.own["solo_bid_id"]}
    return Call(path)


@builds("form_consortium")
def form_consortium(scene: Scene, _who: str) -> Call:
    """On a tender that nobody answers yet."""
    lots = [lot["id"] for lot in scene.free["lots"]]
    body = {"tender_id": scene.free["id"], "name": "Ensemble", "form": "conjoint", "lot_ids": lots}
    return Call(body=body)


@builds("get_consortium@won")
def get_won_consortium(scene: Scene, _who: str) -> Call:
    """A joint answer that has won a lot."""
    return Call(in_consortium(scene, "won"))


@builds("invite_party")
def invite_party(scene: Scene, _who: str) -> Call:
    """A company that is not of X yet."""
    body = {"member_id": scene.newcomer, "tasks": "Son"}
    return Call(in_consortium(scene, "forming"), body=body)


@builds("invite_party@subcontractor")
def invite_subcontractor(scene: Scene, _who: str) -> Call:
    """A company from outside, to work for the lead."""
    terms = {"works_for": scene.own_party("forming", "manager"), "payment_terms": "30 jours"}
    outside = {"outside": {"name": "Régie du Forez"}, "tasks": "Son", "subcontract": terms}
    return Call(in_consortium(scene, "forming"), body={**outside, "role": "subcontractor"})


@builds("accept_invitation")
@builds("refuse_invitation")
@builds("withdraw_party@invited")
def answer_invitation(scene: Scene, _who: str) -> Call:
    """The lead has invited the other company, which has not answered yet."""
    return Call(in_consortium(scene, "invited", party_id=scene.own_party("invited", "party")))


@builds("withdraw_party")
def withdraw_party(scene: Scene, _who: str) -> Call:
    """Beta is in, and talks are open."""
    return Call(in_consortium(scene, "forming", party_id=scene.own_party("forming", "party")))


@builds("name_person")
def name_person(scene: Scene, _who: str) -> Call:
    """Someone of another company."""
    return Call(in_consortium(scene, "forming"), body={"person_id": scene.person_id})


@builds("end_naming")
def end_naming(scene: Scene, _who: str) -> Call:
    """Whom alpha has named."""
    return Call({"consortium_id": scene.naming.body["id"], "named_id": scene.named_id})


@builds("decide_wall")
def decide_wall(scene: Scene, _who: str) -> Call:
    """Beta may answer in rival consortia."""
    lot = scene.free["lots"][0]["id"]
    body = {"member_id": scene.person("party").member, "lot_id": lot, "reason": "Seule qualifiée."}
    return Call(body=body)


@builds("get_split@won")
def get_won_split(scene: Scene, _who: str) -> Call:
    """The prices of a joint answer that has won a lot."""
    return Call(in_consortium(scene, "won"))


@builds("get_split_version@won")
@builds("get_split_changes@won")
def get_won_version(scene: Scene, _who: str) -> Call:
    """A version of the prices of a joint answer that has won a lot."""
    return Call(in_consortium(scene, "won", number="1"))


@builds("write_split")
def write_split(scene: Scene, _who: str) -> Call:
    """The split as it stands, written again."""
    side = scene.stages["forming"].x
    return Call(in_consortium(scene, "forming"), body=side.split(), version=side.version)


@builds("propose_agreement")
def propose_agreement(scene: Scene, _who: str) -> Call:
    """X has a split."""
    return Call(in_consortium(scene, "forming"))


def _agreement(scene: Scene, stage: str) -> Call:
    agreement = scene.stages[stage].x.agreement_id
    return Call(in_consortium(scene, stage, agreement_id=agreement))


@builds("withdraw_agreement")
def withdraw_agreement(scene: Scene, _who: str) -> Call:
    """Nobody has approved yet."""
    return _agreement(scene, "proposed")


@builds("approve_agreement")
def approve_agreement(scene: Scene, _who: str) -> Call:
    """Nobody has approved yet."""
    return _agreement(scene, "proposed")


@builds("record_outside_approval")
def record_outside_approval(scene: Scene, _who: str) -> Call:
    """Beta is of the cluster: it speaks for itself, as the lead is told."""
    call = _agreement(scene, "proposed")
    body = {"party_id": scene.own_party("proposed", "party"), "evidence": "Lettre signée."}
    return Call(call.path, body=body)


@builds("submit_bid")
def submit_bid(scene: Scene, _who: str) -> Call:
    """Everyone has approved."""
    return Call(in_consortium(scene, "agreed"), body={"submitted_at": NOW.isoformat()})


@builds("record_award")
def record_award(scene: Scene, _who: str) -> Call:
    """The bid is out."""
    side = scene.stages["submitted"].x
    body = {
        "lot_id": side.lot_id,
        "outcome": "won",
        "notified_on": TODAY,
        "amount": {"amount_cents": side.price},
    }
    return Call(in_consortium(scene, "submitted"), body=body)


@builds("write_form")
def write_form(scene: Scene, _who: str) -> Call:
    """While talks are open."""
    side = scene.stages["forming"].x
    body = {"form": "solidaire", "justification": "Compétences complémentaires."}
    return Call(in_consortium(scene, "forming"), body=body, version=side.version)


@builds("give_mandate")
def give_mandate(scene: Scene, _who: str) -> Call:
    """Beta lets alpha sign."""
    body = {"scope": ["bid"], "valid_from": TODAY}
    party = scene.own_party("agreed", "party")
    return Call(in_consortium(scene, "agreed", party_id=party), body=body)


@builds("give_mandate@file")
def give_mandate_with_file(scene: Scene, _who: str) -> Call:
    """Its file is not beta's to name."""
    named = {"certificate_id": scene.own["shared_certificate_id"]}
    body = {"scope": ["bid"], "valid_from": TODAY, **named}
    party = scene.own_party("agreed", "party")
    return Call(in_consortium(scene, "agreed", party_id=party), body=body)


@builds("end_mandate")
def end_mandate(scene: Scene, _who: str) -> Call:
    """What beta has given."""
    side = scene.stages["submitted"].x
    ids = {"party_id": scene.own_party("submitted", "party"), "mandate_id": side.mandate_id}
    return Call(in_consortium(scene, "submitted", **ids))


@builds("record_undertaking")
def undertake(scene: Scene, _who: str) -> Call:
    """Beta holds the contract: it is told so."""
    body = {"text": "Prête un camion.", "signed_on": TODAY}
    party = scene.own_party("agreed", "party")
    return Call(in_consortium(scene, "agreed", party_id=party), body=body)


@builds("submit_application")
def submit_application(scene: Scene, _who: str) -> Call:
    """Before the bid."""
    return Call(in_consortium(scene, "agreed"), body={"submitted_at": NOW.isoformat()})


@builds("open_round")
def open_round(scene: Scene, _who: str) -> Call:
    """The bid is out."""
    body = {"ground": "negotiation", "reason": "Lettre de l'acheteur."}
    return Call(in_consortium(scene, "submitted"), body=body)


@builds("record_failure")
def record_failure(scene: Scene, _who: str) -> Call:
    """Beta withdraws once the bid is out: its own word alone."""
    body = {"kind": "withdrawal", "reason": "Plus de capacité.", "on_day": TODAY}
    party = scene.own_party("submitted", "party")
    return Call(in_consortium(scene, "submitted", party_id=party), body=body)


@builds("change_composition")
def change_composition(scene: Scene, _who: str) -> Call:
    """A company takes the place of beta, which is wound up."""
    body = {
        "ground": "unable",
        "reason": "Liquidation judiciaire.",
        "accepted_on": TODAY,
        "leaving_id": scene.own_party("submitted", "party"),
        "joining": {"member_id": scene.newcomer},
    }
    return Call(in_consortium(scene, "submitted"), body=body)


@builds("change_composition@outside")
def change_to_outside(scene: Scene, _who: str) -> Call:
    """A subcontractor from outside comes in."""
    terms = {"works_for": scene.own_party("submitted", "party"), "payment_terms": "30 jours"}
    joining = {"outside": {"name": "Régie"}, "role": "subcontractor", "tasks": "Son"}
    body = {
        "ground": "unable",
        "reason": "Liquidation judiciaire.",
        "accepted_on": TODAY,
        "joining": {**joining, "subcontract": terms},
    }
    return Call(in_consortium(scene, "submitted"), body=body)


@builds("offer_succession")
def offer_succession(scene: Scene, _who: str) -> Call:
    """To beta, as the buyer accepted."""
    party = scene.own_party("submitted", "party")
    body = {"party_id": party, "reason": "Fusion.", "accepted_on": TODAY}
    return Call(in_consortium(scene, "submitted"), body=body)


@builds("take_succession")
def take_succession(scene: Scene, _who: str) -> Call:
    """Alpha has offered its place to beta."""
    return Call(
        in_consortium(scene, "submitted", succession_id=scene.stages["submitted"].x.succession_id)
    )


@builds("reverse_award")
def reverse_award(scene: Scene, _who: str) -> Call:
    """Money has come in on it: its lead is told so."""
    award = scene.stages["won"].x.award
    return Call(in_consortium(scene, "won", award_id=award["id"]), body={"reason": "Erreur."})


@builds("withdraw_consortium")
def withdraw_consortium(scene: Scene, _who: str) -> Call:
    """The bid is out."""
    return Call(in_consortium(scene, "submitted"), body={"reason": "Plus de capacité."})


@builds("record_receipt")
def record_receipt(scene: Scene, who: str) -> Call:
    """For the caller's own part; strangers try with the lead's."""
    body = {
        "lot_id": scene.stages["won"].x.lot_id,
        "party_id": scene.own_party("won", who),
        "amount": {"amount_cents": 1_003},
        "received_on": TODAY,
        "reference": "F2",
    }
    return Call(in_consortium(scene, "won"), body=body)


@builds("reverse_receipt")
def reverse_receipt(scene: Scene, _who: str) -> Call:
    """The lead's receipt."""
    receipt = scene.stages["won"].x.receipt
    return Call(in_consortium(scene, "won", receipt_id=receipt["id"]))


@builds("get_contribution@won")
def get_won_contribution(scene: Scene, _who: str) -> Call:
    """The contribution divided by its rate is the price."""
    return Call(in_consortium(scene, "won"))


@builds("set_policy")
def set_policy(_scene: Scene, _who: str) -> Call:
    """Rates of another year."""
    natures = {"joint_answer": "cash_received", "co_contracting": "invoice", "business": "invoice"}
    rates = [{"nature": one, "bps": 1_200, "trigger": how} for one, how in natures.items()]
    band = {"from_headcount": 0, "to_headcount": None, "fee": {"amount_cents": 30_000}}
    return Call(body={"valid_from": "2027-01-01", "rates": rates, "fee_bands": [band]})


@builds("record_payment")
def record_payment(scene: Scene, _who: str) -> Call:
    """What alpha paid."""
    body = {
        "member_id": scene.person("manager").member,
        "amount": {"amount_cents": 1_001},
        "received_on": TODAY,
        "reference": f"VIR {uuid4().hex}",
    }
    return Call(body=body)


@builds("list_charges@member")
@builds("list_payments@member")
@builds("list_calls@member")
def of_a_member(scene: Scene, _who: str) -> Call:
    """Those of one company: whoever may not see them gets an empty list."""
    return Call(query={"member_id": scene.person("manager").member})


@builds("list_audit@person")
def audit_of_a_person(scene: Scene, _who: str) -> Call:
    """What one person did."""
    return Call(query={"person_id": scene.person_id})


@builds("decide_wall@person")
def decide_wall_of_a_person(scene: Scene, _who: str) -> Call:
    """The treasurer may be named in rival consortia."""
    lot = scene.free["lots"][0]["id"]
    body = {"person_id": scene.person_id, "lot_id": lot, "reason": "Seule qualifiée."}
    return Call(body=body)
