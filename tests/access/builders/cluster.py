"""The bodies of what is about sessions, people and companies."""

from uuid import uuid4

from app.kernel.ids import encode
from tests.access.calls import Call, builds
from tests.access.scene import Scene
from tests.world import NOW, siren

TODAY = NOW.date().isoformat()


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


@builds("switch_session@own")
def switch_to_own(scene: Scene, _who: str) -> Call:
    """The membership of alpha's manager."""
    return Call(body={"membership_id": scene.own["membership_id"]})


@builds("end_session@own")
def end_own_session(scene: Scene, _who: str) -> Call:
    """The session of alpha's manager."""
    return Call(path={"session_id": scene.own["session_id"]})


@builds("revoke_token@own")
def revoke_own_token(scene: Scene, _who: str) -> Call:
    """A token that alpha's manager made."""
    return Call(path={"token_id": scene.own["token_id"]})


@builds("close_calendar_address@own")
def close_own_address(scene: Scene, _who: str) -> Call:
    """The calendar address of alpha's manager."""
    return Call(path={"address_id": scene.own["address_id"]})


@builds("get_calendar@own")
def read_own_calendar(scene: Scene, _who: str) -> Call:
    """The calendar at the address of alpha's manager: whoever has it reads it."""
    return Call(path={"secret": scene.own["secret"]})


@builds("invite_person")
def invite_person(_scene: Scene, _who: str) -> Call:
    """Into the cluster, or into a manager's own company."""
    return Call(body={"email": f"{uuid4().hex}@exemple.example", "role": "viewer"})


@builds("invite_person@company")
def invite_into_company(scene: Scene, _who: str) -> Call:
    """Into the company that leads X."""
    body = {"email": f"{uuid4().hex}@exemple.example", "role": "viewer"}
    return Call(body={**body, "member_id": scene.person("manager").member})


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
    return Call(body={"name": "Programme", "scopes": ["tenders:read"]})


@builds("create_token@other")
def create_token_for_another(scene: Scene, _who: str) -> Call:
    """For alpha's contributor: only a program's role may be given one by another."""
    body = {"name": "Programme", "scopes": ["tenders:read"]}
    return Call(body={**body, "membership_id": scene.membership_id})


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
    return Call({"member_id": scene.person("party").member}, body={"reason": "Cotisation impayée"})


@builds("reinstate_member")
def reinstate_member(scene: Scene, _who: str) -> Call:
    """The company that is suspended."""
    return Call({"member_id": scene.suspended_id}, body={})


@builds("depart_member")
def depart_member(scene: Scene, _who: str) -> Call:
    """Beta; its own manager may."""
    return Call({"member_id": scene.person("party").member}, body={"on": TODAY})


@builds("merge_member")
def merge_member(scene: Scene, _who: str) -> Call:
    """Beta into delta, which is of the rival."""
    body = {"into": scene.mirrored().person("party").member, "on": TODAY}
    return Call({"member_id": scene.person("party").member}, body=body)


@builds("change_member")
def change_member(scene: Scene, _who: str) -> Call:
    """Beta's city; its own manager may."""
    return Call({"member_id": scene.person("party").member}, body={"on": TODAY, "city": "Firminy"})


@builds("declare_member_link")
def declare_member_link(scene: Scene, _who: str) -> Call:
    """That beta and alpha are linked; beta's own manager may say it."""
    body = {"other_member_id": scene.person("manager").member, "kind": "group", "evidence": "Kbis"}
    return Call({"member_id": scene.person("party").member}, body=body)


@builds("end_member_link")
def end_member_link(scene: Scene, _who: str) -> Call:
    """What the coordinator said of beta and delta."""
    return Call({"member_id": scene.person("party").member, "link_id": scene.link_id})


@builds("end_member_link@own")
def end_own_member_link(scene: Scene, _who: str) -> Call:
    """What alpha said of itself and gamma."""
    return Call({"member_id": scene.world.alpha.member, "link_id": scene.own["link_id"]})


@builds("present_company")
def present_company(_scene: Scene, _who: str) -> Call:
    """A company that is in no cluster."""
    return Call(body={"name": "Iota", "siren": siren(uuid4().hex)})


@builds("cast_vote")
def cast_vote(scene: Scene, _who: str) -> Call:
    """For a company that the members decide on."""
    return Call({"candidacy_id": scene.voted_id}, body={"choice": "for"})


@builds("withdraw_candidacy@own")
def withdraw_own_candidacy(scene: Scene, _who: str) -> Call:
    """The company that alpha presented."""
    return Call({"candidacy_id": scene.own["candidacy_id"]})


@builds("decide_candidacy")
def decide_candidacy(scene: Scene, _who: str) -> Call:
    """A company that the coordinator decides on."""
    return Call({"candidacy_id": scene.candidacy_id}, body={"outcome": "admitted"})


@builds("decide_notice_pair")
def decide_notice_pair(scene: Scene, _who: str) -> Call:
    """That the scene's two notices are of two procedures."""
    return Call({"pair_id": scene.pair_id}, body={"same": False})
