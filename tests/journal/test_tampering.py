"""Whoever may do anything in the database touches the trail: the check names the row."""

from typing import Any

import pytest
from sqlalchemy import text

from app.journal.domain import digest, link
from app.settings import Settings
from tests.consortia.steps import ok, submitted
from tests.journal.chains import seals, tamper, verdict, write
from tests.world import World

SETTLED = 12
"""Entries written before the trail is touched."""


@pytest.fixture
async def chain(world: World) -> list[Any]:
    """A chain of some length: its seals in order."""
    await write(world, SETTLED)
    found = await seals(world)
    assert (await verdict(world)).faults == 0
    return found


@pytest.mark.parametrize(
    "change",
    [
        "person_id = gen_random_uuid()",
        "member_id = gen_random_uuid()",
        "at = at + interval '1 microsecond'",
        "origin = '192.0.2.1'",
        "request_id = 'other'",
        "action = 'other'",
        "subject_id = gen_random_uuid()",
        "consortium_id = gen_random_uuid()",
        "detail = '{\"a\": 1}'",
    ],
)
async def test_a_changed_field_is_named(
    settings: Settings, world: World, chain: list[Any], change: str
) -> None:
    touched = chain[5]
    await tamper(
        settings,
        world,
        f"UPDATE audit_entry SET {change} WHERE id = '{touched.subject_id}'",
    )
    report = await verdict(world)
    assert report.shown == [f"audit_entry {touched.subject_id} (n° {touched.seq}) : modifiée"]


async def test_a_deleted_entry_is_named(settings: Settings, world: World, chain: list[Any]) -> None:
    gone = chain[5]
    await tamper(settings, world, f"DELETE FROM audit_entry WHERE id = '{gone.subject_id}'")
    report = await verdict(world)
    assert report.shown == [f"audit_entry {gone.subject_id} (n° {gone.seq}) : supprimée"]


async def test_an_entry_deleted_with_its_seal_leaves_a_gap(
    settings: Settings, world: World, chain: list[Any]
) -> None:
    gone = chain[5]
    await tamper(
        settings,
        world,
        f"DELETE FROM audit_entry WHERE id = '{gone.subject_id}'",
        f"DELETE FROM audit_seal WHERE cluster_id = %(cluster)s AND seq = {gone.seq}",
    )
    report = await verdict(world)
    assert report.shown == [f"n° {gone.seq} à {gone.seq} : sceaux supprimés"]


async def test_a_seal_deleted_alone_leaves_its_entry_without_one(
    settings: Settings, world: World, chain: list[Any]
) -> None:
    gone = chain[5]
    await tamper(
        settings,
        world,
        f"DELETE FROM audit_seal WHERE cluster_id = %(cluster)s AND seq = {gone.seq}",
    )
    report = await verdict(world)
    assert f"n° {gone.seq} à {gone.seq} : sceaux supprimés" in report.shown
    assert f"audit_entry {gone.subject_id} : sans sceau, ajoutée hors du service" in report.shown


async def test_a_cut_tail_is_seen_by_the_head_and_else_by_a_noted_seal(
    settings: Settings, world: World, chain: list[Any]
) -> None:
    kept, last = chain[-4], chain[-1]
    await tamper(
        settings,
        world,
        "DELETE FROM audit_entry WHERE id IN (SELECT subject_id FROM audit_seal"
        f" WHERE cluster_id = %(cluster)s AND seq > {kept.seq})",
        f"DELETE FROM audit_seal WHERE cluster_id = %(cluster)s AND seq > {kept.seq}",
    )
    report = await verdict(world)
    assert report.shown == [
        f"audit_head : la chaîne devrait finir au n° {last.seq},"
        f" elle finit par audit_entry {kept.subject_id} (n° {kept.seq})"
    ]
    await tamper(
        settings,
        world,
        f"UPDATE audit_head SET seq = {kept.seq}, hash = '\\x{kept.hash.hex()}'"
        " WHERE cluster_id = %(cluster)s",
    )
    assert (await verdict(world)).faults == 0, "what is consistent can be told by a noted seal only"
    assert (await verdict(world, f"{kept.seq}:{kept.hash.hex()}")).faults == 0
    report = await verdict(world, f"{last.seq}:{last.hash.hex()}")
    assert report.shown == [
        f"le sceau noté (n° {last.seq}) n'est pas dans la chaîne : coupée ou refaite"
    ]


async def test_a_forged_entry_without_a_seal_is_named(
    settings: Settings, world: World, chain: list[Any]
) -> None:
    forged = "0197a3f0-2c5e-7b1a-9d40-c8e65f3a2b10"
    await tamper(
        settings,
        world,
        "INSERT INTO audit_entry (cluster_id, id, at, person_id, origin, request_id, action,"
        f" subject_id, detail) VALUES (%(cluster)s, '{forged}', now(), gen_random_uuid(), '-',"
        " '-', 'forged', gen_random_uuid(), '{}')",
    )
    report = await verdict(world)
    assert report.shown == [f"audit_entry {forged} : sans sceau, ajoutée hors du service"]


async def test_a_forged_opening_is_named(settings: Settings, world: World) -> None:
    bid = await submitted(world)
    await tamper(
        settings,
        world,
        "INSERT INTO opening SELECT cluster_id, '0197a3f0-2c5e-7b1a-9d40-c8e65f3a2b10',"
        " consortium_id, 99, person_id, member_id, at, origin, request_id FROM opening"
        f" WHERE consortium_id = '{bid.body['id'].removeprefix('con_')}' LIMIT 1",
    )
    report = await verdict(world)
    assert report.shown == [
        "opening 0197a3f0-2c5e-7b1a-9d40-c8e65f3a2b10 : sans sceau, ajoutée hors du service"
    ]
    assert "en attente" in report.summary
    ok(await world.alpha.get(f"{bid.path}/split"), 200)


async def test_two_seals_that_changed_places_are_named(
    settings: Settings, world: World, chain: list[Any]
) -> None:
    one, two = chain[5], chain[6]
    await tamper(
        settings,
        world,
        f"UPDATE audit_seal SET seq = 1000000 WHERE cluster_id = %(cluster)s AND seq = {one.seq}",
        f"UPDATE audit_seal SET seq = {one.seq} WHERE cluster_id = %(cluster)s AND seq = {two.seq}",
        f"UPDATE audit_seal SET seq = {two.seq} WHERE cluster_id = %(cluster)s AND seq = 1000000",
    )
    shown = "\n".join((await verdict(world)).shown)
    assert f"audit_entry {two.subject_id} (n° {one.seq}) : ne suit pas" in shown
    assert f"audit_entry {one.subject_id} (n° {two.seq}) : ne suit pas" in shown


async def reseal(settings: Settings, world: World, touched: Any, before: Any) -> bytes:
    """Change an entry and make its own seal anew, as a forger who knows how would."""
    await tamper(
        settings, world, f"UPDATE audit_entry SET action = 'x' WHERE id = '{touched.subject_id}'"
    )
    query = text("SELECT app.audit_line(e) FROM audit_entry e WHERE e.id = :id")
    async with world.owner.transaction() as session:
        line = await session.scalar(query, {"id": touched.subject_id})
    assert line
    content = digest("entry", line)
    made = link(before.hash, content)
    await tamper(
        settings,
        world,
        f"UPDATE audit_seal SET digest = '\\x{content.hex()}', hash = '\\x{made.hex()}'"
        f" WHERE cluster_id = %(cluster)s AND seq = {touched.seq}",
    )
    return made


async def test_an_entry_sealed_anew_does_not_fit_the_next(
    settings: Settings, world: World, chain: list[Any]
) -> None:
    before, touched, after = chain[4:7]
    await reseal(settings, world, touched, before)
    report = await verdict(world)
    assert report.shown == [
        f"audit_entry {after.subject_id} (n° {after.seq}) : ne suit pas"
        f" audit_entry {touched.subject_id} (n° {touched.seq}),"
        " l'un des deux a été refait ou déplacé"
    ]


async def test_the_last_entry_sealed_anew_does_not_fit_the_head(
    settings: Settings, world: World, chain: list[Any]
) -> None:
    before, touched = chain[-2:]
    await reseal(settings, world, touched, before)
    report = await verdict(world)
    assert report.shown == [
        f"audit_head : n'est pas le sceau de audit_entry {touched.subject_id}"
        f" (n° {touched.seq}), l'un des deux a été refait"
    ]


async def test_a_lost_head_and_a_lost_chain_are_named(
    settings: Settings, world: World, chain: list[Any]
) -> None:
    await tamper(settings, world, "DELETE FROM audit_head WHERE cluster_id = %(cluster)s")
    assert "la chaîne devrait finir au n° 0" in (await verdict(world)).shown[0]
    await tamper(settings, world, "DELETE FROM audit_seal WHERE cluster_id = %(cluster)s")
    assert (await verdict(world)).faults == len(chain), "each entry stands without its seal"


async def test_one_clusters_ruin_is_not_anothers(
    settings: Settings, world: World, other_world: World, chain: list[Any]
) -> None:
    await write(other_world, 3)
    await tamper(
        settings, world, "UPDATE audit_entry SET action = 'x' WHERE cluster_id = %(cluster)s"
    )
    assert (await verdict(world)).faults == len(chain)
    assert (await verdict(other_world)).faults == 0
