"""Three ways to one answer: on arrival by anchors, at a search's birth by indexes, in a preview.

Each is compared with the rule itself, asked of every pair of a search and a notice.
"""

import random
from typing import Any

import pytest
from sqlalchemy import text

from app.infra.db import Database
from app.kernel.ids import encode
from tests.consortia.steps import ok
from tests.searches.conftest import Watch
from tests.searches.steps import save
from tests.watch.notices import idweb, national
from tests.watch.test_search import word
from tests.world import NOW, World

pytestmark = pytest.mark.xdist_group("searches")

WORDS = ("théâtre", "scénographie", "éclairage", "cleaning", "maîtrise", "œuvre", "mission", "de")
SEED = 4

JUDGED = text("""
    SELECT s.id AS search_id, n.id AS notice_id FROM saved_search s, notice n
    WHERE s.cluster_id = :cluster AND n.buyer = :buyer AND app.fits(n, s, :now)
""")
MATCHED = text("SELECT search_id, notice_id FROM search_match WHERE cluster_id = :cluster")


def some_words(chance: random.Random) -> str:
    """Words as someone might type them."""
    one, two, three = chance.sample(WORDS[:-1], 3)
    plain = (one, f"{one} de {two}", f"{one} or {two} {three}", f'"{one} {two}"', f"the {one}")
    excluding = (f"{one} -{two}", f"-{one}", f"{one} -{two} -de")
    return chance.choice((*plain, *excluding, f"{one}s ou « {two} de {three} »"))


def asked(chance: random.Random, buyer: str) -> dict[str, Any]:
    """Criteria of which some are given."""
    offered: dict[str, Any] = {
        "words": some_words(chance),
        "cpv": chance.sample(["79", "79950000", "92320000", "45"], 2),
        "departments": chance.sample(["42", "43", "69", "2A", "974"], 2),
        "around": chance.random() < 0.3,
        "buyers": [chance.choice([buyer.lower(), "Ville de Nulle-Part", "130 005 481"])],
        "natures": ["services"],
        "concession": chance.choice([True, False]),
        "nuts": chance.sample(["FRK2", "FRK", "BE1"], 1),
        "estimate_from": {"amount_cents": 100_000_00},
        "days_left_from": 5,
    }
    names = [*chance.sample([name for name in offered if name != "around"], chance.randint(1, 3))]
    criteria = {name: offered[name] for name in names}
    if "departments" in criteria:
        criteria["around"] = offered["around"]
    only_excludes = criteria.keys() == {"words"} and criteria["words"].startswith("-")
    return {**criteria, "concession": True} if only_excludes else criteria


def published(chance: random.Random, buyer: str) -> dict[str, Any]:
    """A call with a few of the words."""
    title = " ".join(chance.choices(WORDS, k=chance.randint(2, 5))).capitalize()
    more: dict[str, Any] = {"famille": "DSP"} if chance.random() < 0.3 else {}
    if chance.random() < 0.5:
        more["datelimitereponse"] = f"2026-03-{chance.choice(['04', '20'])}T12:00:00"
    places = [chance.sample(["42", "43", "69", "20A", "974", "63"], chance.randint(0, 2))]
    code = chance.choice(["79952000", "79340000", "92321000", "45214200"])
    return national(idweb(), title, cpv=code, nomacheteur=buyer, code_departement=places[0], **more)


async def pairs(owner: Database, query: Any, **values: Any) -> set[tuple[str, str]]:
    """Searches and notices, by their public ids."""
    async with owner.transaction() as session:
        rows = await session.execute(query, values)
        return {(encode("ssr", search), encode("not", notice)) for search, notice in rows}


async def test_arrival_birth_and_preview_agree_with_the_rule(
    world: World, watch: Watch, owner: Database
) -> None:
    chance, buyer = random.Random(SEED), word()
    before = [await save(world.coordinator, **asked(chance, buyer)) for _ in range(60)]
    await watch.work()
    await watch.arrive(*(published(chance, buyer) for _ in range(60)))
    after = [await save(world.coordinator, **asked(chance, buyer)) for _ in range(60)]
    await watch.work()
    judged = await pairs(owner, JUDGED, cluster=world.cluster_id, buyer=buyer, now=NOW)
    ours = {notice for _, notice in judged}
    found = await pairs(owner, MATCHED, cluster=world.cluster_id)
    assert {(search, notice) for search, notice in found if notice in ours} == judged
    assert len(judged) > 100
    assert {search for search, _ in judged} & {one["id"] for one in before}
    assert {search for search, _ in judged} & {one["id"] for one in after}
    for search in (*before[:20], *after[:20]):
        if "days_left_from" in search["criteria"] and search["criteria"]["days_left_from"]:
            continue  # counted from the publication there
        body = {"criteria": {**search["criteria"], "buyers": [buyer]}}
        if search["criteria"]["buyers"] not in ([], [buyer.lower()]):
            continue
        shown = ok(await world.coordinator.post("/v1/search-previews", body), 200)
        items = {one["id"] for one in shown["items"]}
        expected = {notice for one, notice in judged if one == search["id"]}
        assert (shown["count"], items <= expected) == (len(expected), True)
