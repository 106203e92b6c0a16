"""Clauses, documents and what was signed."""

from tests.access.calls import Call, builds
from tests.access.scene import Scene
from tests.documents.steps import SIGNED


def of_x(scene: Scene, stage: str) -> dict[str, str]:
    """The agreement of X at a stage."""
    side = scene.stages[stage].x
    return {"consortium_id": side.id, "document_id": side.document["id"]}


@builds("edit_clause")
def edit_clause(_scene: Scene, _who: str) -> Call:
    """The object of agreements, anew."""
    body = {"title": "Objet", "text": "Répondre à {lots}.", "position": 20}
    return Call({"clause_id": "objet"}, body=body, version=0)


@builds("choose_clauses")
def choose_clauses(scene: Scene, _who: str) -> Call:
    """Two clauses for X."""
    body = {"clause_ids": ["objet", "litiges"]}
    return Call({"consortium_id": scene.stages["submitted"].x.id}, body=body, version=0)


@builds("issue_document")
def issue_document(scene: Scene, _who: str) -> Call:
    """The summary of the bid of X."""
    return Call({"consortium_id": scene.stages["submitted"].x.id}, body={"kind": "summary"})


@builds("issue_document@invited")
def issue_document_while_invited(scene: Scene, _who: str) -> Call:
    """The other company of X has not answered its invitation yet."""
    return Call({"consortium_id": scene.stages["invited"].x.id}, body={"kind": "summary"})


@builds("issue_document@lot")
def issue_of_a_lot(scene: Scene, _who: str) -> Call:
    """The deed of commitment of a lot of X."""
    side = scene.stages["submitted"].x
    return Call({"consortium_id": side.id}, body={"kind": "attri1", "lot_id": side.lot_id})


@builds("issue_document@party")
def issue_of_a_party(scene: Scene, _who: str) -> Call:
    """The declaration of the other company of X."""
    body = {"kind": "dc2", "party_id": scene.own_party("submitted", "party")}
    return Call({"consortium_id": scene.stages["submitted"].x.id}, body=body)


@builds("get_document@won")
@builds("download_document@won")
@builds("list_signatures@won")
def of_who_won(scene: Scene, _who: str) -> Call:
    """The agreement shows every lot's price, those that were lost too: the parties' alone."""
    return Call(of_x(scene, "won"))


@builds("upload_signed_document")
def upload_again(scene: Scene, _who: str) -> Call:
    """The bytes that are there already: a retry."""
    file = SIGNED + scene.stages["submitted"].x.mark.encode()
    return Call(of_x(scene, "submitted"), file=file)


@builds("upload_signed_document@outside")
def upload_for_another(scene: Scene, who: str) -> Call:
    """For the other company: neither speaks for the other, the lead only for who is outside."""
    other = scene.own_party("submitted", "manager" if who == "party" else "party")
    return Call(of_x(scene, "submitted"), query={"party_id": other}, file=SIGNED)
