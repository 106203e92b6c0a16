"""Trial 5: nothing that an outsider can ask tells that a consortium has just written.

Totals, cursors, versions, conflicts, locks: all is asked before, X works, and all is asked again.
"""

import asyncio
import json
import re
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

import tests.access.builders  # noqa: F401
from app.consortia import service as consortia
from app.infra.db import Anyone, Database, enter, open_database
from app.settings import Settings
from tests.access.calls import Call, call_of, operation_of, send
from tests.access.crawler import Crawler, Told
from tests.access.ids import told
from tests.access.matrix import ROWS
from tests.access.scene import MARKS, Scene, build_scene
from tests.consortia.steps import ok
from tests.world import NOW

pytestmark = [pytest.mark.crawl, pytest.mark.xdist_group("oracles")]

OUTSIDERS = ("gamma", "spectator")
OVERSEERS = ("coordinator", "auditor")
"""One of each kind: delta stands where gamma does, the treasurer reads what the auditor reads."""
MADE = re.compile(r"\b([a-z]{3}_[0-9a-f]{32}|grappe_[\w-]{40,})")
"""What the server makes anew at every request."""
SECONDS_WITHOUT_WAITING = 5


async def work(scene: Scene) -> None:
    """X talks: a company comes, prices and shares change, an agreement is proposed and approved."""
    x = scene.stages["forming"].x
    joined = {"member_id": scene.newcomer, "tasks": f"{MARKS[0]} son"}
    ok(await x.bid.lead.post(f"{x.bid.path}/parties", joined))
    for price in (x.price + 7_919, x.price - 104_729):
        ok(await x.bid.write(split_at(x.split(), price)), 200)
    proposed = scene.stages["proposed"].x
    address = f"{proposed.bid.path}/agreements/{proposed.agreement_id}"
    for person in (proposed.bid.lead, *proposed.bid.others):
        ok(await person.post(f"{address}/approvals"))
    ok(await scene.stages["agreed"].x.bid.submit())
    out = scene.stages["submitted"].x
    ok(await out.bid.award(1, None, outcome="lost"))


async def bid_alone(scene: Scene) -> None:
    """Alpha no longer answers one lot alone, but others."""
    alpha = scene.world.alpha
    path = f"/v1/tenders/{scene.alone['id']}/solo-bids"
    ok(await alpha.post(f"{path}/{scene.own['solo_bid_id']}/withdrawals"))
    for lot in scene.free["lots"]:
        path = f"/v1/tenders/{scene.free['id']}/solo-bids"
        ok(await alpha.post(path, {"lot_id": lot["id"]}))


def split_at(body: Any, price: int) -> Any:
    """A split at another price."""
    lots = []
    for lot in body["lots"]:
        if "items" in lot:
            items = [{**one, "amount": {"amount_cents": price}} for one in lot["items"]]
            lots.append({**lot, "items": items})
        else:
            lots.append({**lot, "amount": {"amount_cents": price}})
    return {"lots": lots}


async def test_nothing_that_an_outsider_asks_moves_when_a_rival_writes(
    client: AsyncClient, rehearsal: AsyncClient, owner: Database
) -> None:
    scene = await build_scene(client, owner)
    insider = await Crawler(rehearsal, scene.world.alpha.token).crawl()
    watching = {}
    for name in (*OUTSIDERS, *OVERSEERS):
        crawler = Crawler(rehearsal, scene.world.people[name].token)
        for held in insider.known.values():
            crawler.learn(" ".join(held))
        watching[name] = await crawler.crawl()
    for crawler in watching.values():
        # Who opened amounts stands in a trail from the first time on: read it after all have.
        crawler.answers |= await crawler.repeat("list_trail")
    rival = scene.mirrored()
    acts = acts_of(rival)
    answers = await rehearsed(acts, rival, rehearsal)
    await work(scene)
    for name in OVERSEERS:
        # docs/access.md: the header's version and state are theirs to see.
        assert [one for one in await moved(watching[name]) if bare(one[0]) != bare(one[1])] == []
    assert await moved(insider, "get_split") != []
    # That a company bids alone, overseers read in the trail, but neither for what nor with whom.
    await bid_alone(scene)
    for name in OUTSIDERS:
        assert await moved(watching[name]) == []
    assert await rehearsed(acts, rival, rehearsal) == answers


async def test_a_rival_waits_for_nothing_that_a_consortium_is_doing(
    scene: Scene, rehearsal: AsyncClient, settings: Settings
) -> None:
    x = {stage: one.x for stage, one in scene.stages.items()}
    ids = {stage: UUID(one.id.partition("_")[2]) for stage, one in x.items()}
    rival = scene.mirrored()
    acts = acts_of(rival)
    async with (
        open_database(settings.login_url(), size=1) as serving,
        serving.sessions() as session,
    ):
        actor = await enter(session, Anyone(scene.world.alpha.token, NOW, "req_test"))
        await consortia.propose(session, actor, ids["forming"])
        agreement = UUID(x["proposed"].agreement_id.partition("_")[2])
        await consortia.approve(session, actor, ids["proposed"], agreement)
        receipt = UUID(x["won"].receipt["id"].partition("_")[2])
        await consortia.reverse_receipt(session, actor, ids["won"], receipt)
        async with asyncio.timeout(SECONDS_WITHOUT_WAITING * len(ROWS)):
            answers = await rehearsed(acts, rival, rehearsal)
        await session.rollback()
    assert await rehearsed(acts, rival, rehearsal) == answers


def acts_of(scene: Scene) -> dict[str, Call]:
    """A request of every operation as the manager of a scene sends it."""
    # What is about signing in commits by itself, and knows of no consortium.
    names = [row.name for row in ROWS if "sessions" not in operation_of(row.name).said["tags"]]
    return {name: call_of(name, scene, "manager") for name in names}


async def rehearsed(acts: dict[str, Call], scene: Scene, rehearsal: AsyncClient) -> dict[str, Told]:
    """What the manager of a scene is answered, fresh ids aside; nothing is kept."""
    token, found = scene.person("manager").token, {}
    for name, call in acts.items():
        status, headers, body = told(await send(rehearsal, name, call, token))
        found[name] = (status, headers, MADE.sub("made", body))
    return found


async def moved(crawler: Crawler, *names: str) -> list[tuple[Told, Told]]:
    """The answers that are no longer the same: before, after; of these operations, if named."""
    again = await crawler.repeat(*names)
    pairs = [(crawler.answers[asked], after) for asked, after in again.items()]
    return [pair for pair in pairs if pair[0] != pair[1]]


def bare(answer: Told) -> Any:
    """What was told, but for the version and state of consortia, and so its length and ETag."""

    def without(one: Any) -> Any:
        if isinstance(one, dict):
            header = {"lead_member_id", "version"} <= one.keys()
            hidden = {"version", "state"} if header else set()
            return {name: without(part) for name, part in one.items() if name not in hidden}
        return [without(part) for part in one] if isinstance(one, list) else one

    status, headers, body = answer
    kept = [one for one in headers if one[0] not in {"etag", "content-length"}]
    return status, kept, without(json.loads(body))
