"""What travels by mail is nowhere in the database, and what the mail server does harms nobody."""

from datetime import datetime

from sqlalchemy import text

from app.infra.db import Database, system_actor
from app.people.admission import INVITATION_LIFE
from tests.consortia.steps import ok
from tests.people.conftest import Mailroom
from tests.people.entry import accept, address, invite, invited, newcomer
from tests.world import NOW, World


async def dump(owner: Database) -> str:
    """Every row of every table, the queue's too, as text."""
    async with owner.transaction() as session:
        tables = await session.scalars(
            text(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            )
        )
        rows: list[str] = []
        for table in list(tables):
            found = await session.scalars(text(f"SELECT t::text FROM {table} t"))
            rows.extend(found)
    return "\n".join(rows)


async def test_a_dump_holds_no_secret_that_was_mailed(
    world: World, mailroom: Mailroom, owner: Database
) -> None:
    email, waiting = address(), address()
    tokens = [await invited(world, mailroom, email), await invited(world, mailroom, waiting)]
    await newcomer(world, tokens[0])
    await world.client.post("/v1/password-resets", json={"email": email})
    await mailroom.deliver()
    tokens.append(mailroom.links(email)[-1])
    held = await dump(owner)
    assert waiting in held  # it is a dump
    for token in tokens:
        assert token not in held
        # Nor its proof alone, in any spelling: ids are known, the last 32 bytes open.
        assert token[-40:] not in held


async def test_mail_is_down_for_a_while_and_nothing_else_is(
    world: World, mailroom: Mailroom, owner: Database
) -> None:
    await mailroom.deliver()  # what others have asked for
    before = (len(mailroom.box.came), mailroom.box.tried)
    mailroom.box.refusal = "451 come back later"
    email = address()
    ok(await invite(world.alpha, email, "viewer"))
    await mailroom.deliver()
    assert (len(mailroom.box.came), mailroom.box.tried) == (before[0], before[1] + 1)
    mailroom.box.refusal = None
    async with owner.transaction() as session:
        row = await session.execute(
            text(
                "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'"
                " AND task_name LIKE '%people.mail_invitation' RETURNING attempts"
            )
        )
        assert row.scalar_one() == 1
    await mailroom.deliver()
    (token,) = mailroom.links(email)
    await newcomer(world, token)
    assert (await accept(world, token)).status_code == 404


async def test_a_job_told_twice_sends_the_same_mail(
    world: World, mailroom: Mailroom, owner: Database
) -> None:
    email = address()
    ok(await invite(world.alpha, email, "viewer"))
    await mailroom.deliver()
    async with owner.transaction() as session:
        await system_actor(session, world.cluster_id, NOW, "test")
        await session.execute(
            text(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
                " SELECT queue_name, task_name, args FROM procrastinate_jobs"
                " WHERE task_name LIKE '%people.mail_invitation' ORDER BY id DESC LIMIT 1"
            )
        )
    await mailroom.deliver(at=world_later())
    first, second = mailroom.box.raw[-2:]
    assert first == second


def world_later() -> datetime:
    """A while later, within the life of an invitation."""
    return NOW + INVITATION_LIFE / 2


async def test_names_do_nothing_in_a_mail(
    world: World, mailroom: Mailroom, owner: Database
) -> None:
    sly = "Sly\r\nBcc: rival@essai.example\r\n\r\nCliquez https://rival.example/ " + "x" * 300
    async with owner.transaction() as session:
        for table, key in (("cluster", "cluster_id"), ("member", "cluster_id")):
            await session.execute(
                text(f"UPDATE {table} SET name = :sly || {key} WHERE cluster_id = :c"),
                {"sly": sly, "c": world.cluster_id},
            )
        await session.execute(
            text(
                "UPDATE person SET name = :sly WHERE id IN"
                " (SELECT person_id FROM membership WHERE cluster_id = :c)"
            ),
            {"sly": sly, "c": world.cluster_id},
        )
    email = address()
    token = await invited(world, mailroom, email)
    (came,) = mailroom.box.to(email)
    assert came["Bcc"] is None
    assert came.get_all("To") == [email]
    body = came.get_content().replace("\r\n", "\n")
    assert [word for word in body.split() if "://" in word] == [
        f"https://grappe.essai.example/invitation#{token}",
        "https://grappe.essai.example",
    ]
    assert "\nCliquez" not in body
    assert max(map(len, body.split("\n"))) < 200
