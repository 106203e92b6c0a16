"""The bodies: one builder per operation that needs one."""

from uuid import uuid4

from app.kernel.ids import encode
from tests.access.calls import Call, builds
from tests.access.scene import MARK, Scene, price
from tests.world import NOW, siren

TODAY = NOW.date().isoformat()


def in_consortium(scene: Scene, stage: str, **ids: str) -> dict[str, str]:
    """The ids of a path under X at a stage."""
    return {"consortium_id": scene.stages[stage].x.body["id"], **ids}


@builds("open_session")
def open_session(_scene: Scene, _who: str) -> Call:
    """Nobody in the scene has a password."""
    stranger = f"{uuid4().hex}@exemple.example"  # guesses about one account would be counted
    return Call(body={"email": stranger, "password": "pas-le-bon-mot"})


@builds("open_calendar_address")
def open_calendar_address(_scene: Scene, _who: str) -> Call:
    """Another device."""
    return Call(body={"name": "Téléphone"})


@builds("switch_session")
def switch_session(_scene: Scene, _who: str) -> Call:
    """A membership that is nobody's."""
    return Call(body={"membership_id": encode("msh", uuid4())})


@builds("invite_person")
def invite_person(_scene: Scene, _who: str) -> Call:
    """Into the cluster, or into a manager's own company."""
    return Call(body={"email": f"{uuid4().hex}@exemple.example", "role": "viewer"})


@builds("change_role")
def change_role(scene: Scene, _who: str) -> Call:
    """Alpha's contributor."""
    return Call({"membership_id": scene.membership_id}, body={"role": "viewer"})


@builds("join_cluster")
@builds("accept_password_reset")
def use_link(_scene: Scene, _who: str) -> Call:
    """A link that nobody was sent: who has one is whoever reads the mailbox."""
    return Call(body={"token": "grappe_inv_x", "password": "quatre mots sans rapport"})


@builds("ask_password_reset")
def ask_password_reset(_scene: Scene, _who: str) -> Call:
    """An address that nobody has."""
    return Call(body={"email": "personne@exemple.example"})


@builds("change_password")
def change_password(_scene: Scene, _who: str) -> Call:
    """Nobody in the scene has a password."""
    return Call(body={"current_password": "x", "new_password": "quatre mots sans rapport"})


@builds("confirm_second_factor")
@builds("remove_second_factor")
def without_second_factor(_scene: Scene, _who: str) -> Call:
    """Nobody in the scene has one; so these rows stand before the one that asks for it."""
    return Call(body={"code": "000000"})


@builds("request_second_factor")
def request_second_factor(_scene: Scene, _who: str) -> Call:
    """Nobody in the scene has a password."""
    return Call(body={})


@builds("create_token")
def create_token(_scene: Scene, _who: str) -> Call:
    """For oneself."""
    return Call(body={"name": MARK, "scopes": ["tenders:read"]})


@builds("admit_member")
def admit_member(_scene: Scene, _who: str) -> Call:
    """A company that is in no cluster."""
    return Call(body={"name": "Epsilon", "siren": siren(uuid4().hex)})


@builds("change_cluster")
def change_cluster(_scene: Scene, _who: str) -> Call:
    """Another name; the scene has changed the cluster twice."""
    rule = {"quorum_bps": 5_000, "majority_bps": 5_000, "days": 15}
    body = {"name": "Grappe", "zone": "Europe/Paris", "language": "fr", "vote": rule}
    return Call(body={**body, "admission": "coordinator"}, version=3)


@builds("search_company")
def search_company(_scene: Scene, _who: str) -> Call:
    """The register is off: it says so."""
    return Call(query={"siren": siren("epsilon")})


@builds("suspend_member")
def suspend_member(scene: Scene, _who: str) -> Call:
    """Beta."""
    return Call({"member_id": scene.world.beta.member}, body={"reason": "Cotisation impayée"})


@builds("reinstate_member")
def reinstate_member(scene: Scene, _who: str) -> Call:
    """The company that is suspended."""
    return Call({"member_id": scene.suspended_id}, body={})


@builds("depart_member")
def depart_member(scene: Scene, _who: str) -> Call:
    """Beta; its own manager may."""
    return Call({"member_id": scene.world.beta.member}, body={"on": TODAY})


@builds("merge_member")
def merge_member(scene: Scene, _who: str) -> Call:
    """Beta into delta, which is of the rival."""
    body = {"into": scene.world.delta.member, "on": TODAY}
    return Call({"member_id": scene.world.beta.member}, body=body)


@builds("change_member")
def change_member(scene: Scene, _who: str) -> Call:
    """Beta's city; its own manager may."""
    return Call({"member_id": scene.world.beta.member}, body={"on": TODAY, "city": "Firminy"})


@builds("present_company")
def present_company(_scene: Scene, _who: str) -> Call:
    """A company that is in no cluster."""
    return Call(body={"name": "Iota", "siren": siren(uuid4().hex)})


@builds("cast_vote")
def cast_vote(scene: Scene, _who: str) -> Call:
    """For a company that the members decide on."""
    return Call({"candidacy_id": scene.voted_id}, body={"choice": "for"})


@builds("decide_candidacy")
def decide_candidacy(scene: Scene, _who: str) -> Call:
    """A company that the coordinator decides on."""
    return Call({"candidacy_id": scene.candidacy_id}, body={"outcome": "admitted"})


@builds("follow_tender")
def follow_tender(_scene: Scene, _who: str) -> Call:
    """A tender written by hand."""
    return Call(body={"title": "Conseil en mobilité", "buyer": "Ville de Lille"})


@builds("follow_tender@notice")
def follow_notice(scene: Scene, _who: str) -> Call:
    """A notice that the cluster does not follow yet."""
    return Call(body={"notice_id": scene.notice_id})


@builds("declare_interest")
def declare_interest(scene: Scene, _who: str) -> Call:
    """A lot of a tender that nobody answers yet."""
    lot = scene.free["lots"][0]["id"]
    return Call({"tender_id": scene.free["id"]}, body={"lot_id": lot, "stance": "part"})


@builds("form_consortium")
def form_consortium(scene: Scene, _who: str) -> Call:
    """On a tender that nobody answers yet."""
    lots = [lot["id"] for lot in scene.free["lots"]]
    body = {"tender_id": scene.free["id"], "name": MARK, "form": "conjoint", "lot_ids": lots}
    return Call(body=body)


@builds("get_consortium@won")
def get_won_consortium(scene: Scene, _who: str) -> Call:
    """A joint answer that has won a lot."""
    return Call(in_consortium(scene, "won"))


@builds("invite_party")
def invite_party(scene: Scene, _who: str) -> Call:
    """A company that is not of X yet."""
    body = {"member_id": scene.world.delta.member, "tasks": f"{MARK} son"}
    return Call(in_consortium(scene, "forming"), body=body)


@builds("accept_invitation")
@builds("refuse_invitation")
@builds("withdraw_party@invited")
def answer_invitation(scene: Scene, _who: str) -> Call:
    """Alpha has invited beta, which has not answered yet."""
    asked = scene.invitation
    party = asked.parties[scene.world.beta.member]
    return Call({"consortium_id": asked.body["id"], "party_id": party})


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
    body = {"member_id": scene.world.beta.member, "lot_id": lot, "reason": "Seule qualifiée."}
    return Call(body=body)


@builds("get_split@won")
def get_won_split(scene: Scene, _who: str) -> Call:
    """The prices of a joint answer that has won a lot."""
    return Call(in_consortium(scene, "won"))


@builds("write_split")
def write_split(scene: Scene, _who: str) -> Call:
    """The split as it stands, written again."""
    found = scene.stages["forming"]
    path, body = in_consortium(scene, "forming"), found.split("forming")
    return Call(path, body=body, version=found.version)


@builds("propose_agreement")
def propose_agreement(scene: Scene, _who: str) -> Call:
    """X has a split."""
    return Call(in_consortium(scene, "forming"))


def _agreement(scene: Scene, stage: str) -> Call:
    agreement = scene.stages[stage].agreement_id
    return Call(in_consortium(scene, stage, agreement_id=agreement))


@builds("withdraw_agreement")
def withdraw_agreement(scene: Scene, _who: str) -> Call:
    """Nobody has approved yet."""
    return _agreement(scene, "proposed")


@builds("approve_agreement")
def approve_agreement(scene: Scene, _who: str) -> Call:
    """Nobody has approved yet."""
    return _agreement(scene, "proposed")


@builds("submit_bid")
def submit_bid(scene: Scene, _who: str) -> Call:
    """Everyone has approved."""
    return Call(in_consortium(scene, "agreed"), body={"submitted_at": NOW.isoformat()})


@builds("record_award")
def record_award(scene: Scene, _who: str) -> Call:
    """The bid is out."""
    body = {
        "lot_id": scene.stages["submitted"].lot_id,
        "outcome": "won",
        "notified_on": TODAY,
        "amount": {"amount_cents": price("submitted")},
    }
    return Call(in_consortium(scene, "submitted"), body=body)


@builds("record_receipt")
def record_receipt(scene: Scene, who: str) -> Call:
    """For the caller's own part; strangers try with the lead's."""
    body = {
        "lot_id": scene.stages["won"].lot_id,
        "party_id": scene.own_party("won", who),
        "amount": {"amount_cents": 1_003},
        "received_on": TODAY,
        "reference": f"{MARK} F2",
    }
    return Call(in_consortium(scene, "won"), body=body)


@builds("reverse_receipt")
def reverse_receipt(scene: Scene, _who: str) -> Call:
    """The lead's receipt."""
    return Call(in_consortium(scene, "won", receipt_id=scene.stages["won"].receipt["id"]))


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
        "member_id": scene.world.alpha.member,
        "amount": {"amount_cents": 1_001},
        "received_on": TODAY,
        "reference": f"VIR {uuid4().hex}",
    }
    return Call(body=body)
