"""Bring the demo cluster to life, once."""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from uuid import UUID

from rich.console import Console
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.clusters import service as clusters
from app.clusters.models import Cluster
from app.consortia.domain import State
from app.consortia.models import Consortium
from app.contributions import service as contributions
from app.demo import contracts, notices
from app.demo.calls import call_a_quarter
from app.demo.certificates import prove
from app.demo.companies import (
    BY_KEY,
    CLUSTER_NAME,
    CLUSTER_SLUG,
    COMPANIES,
    COORDINATOR,
    PASSWORD,
    TREASURER,
)
from app.demo.documents import issue_some
from app.demo.fees import charge_a_year
from app.demo.flows import trade
from app.demo.searches import watch_for
from app.demo.shapes import Record
from app.demo.stage import Stage
from app.demo.story import play
from app.infra.db import Database, open_database
from app.infra.db.connections import IMPORTER, JOB
from app.infra.files import Files
from app.infra.folder import data_folder
from app.kernel.actor import Role
from app.kernel.clock import system_clock
from app.kernel.errors import Conflict, Forbidden
from app.kernel.ids import encode
from app.people import service as people
from app.settings import Settings
from app.watch import service as watch
from app.watch.contracts.service import import_contracts
from app.watch.models import NoticeRow

TOKEN_LIFE = timedelta(minutes=15)


class DemoExists(Conflict):
    """The demo is loaded once."""

    code = "demo_exists"
    title = f"Le regroupement de démonstration « {CLUSTER_SLUG} » existe déjà."


class NotInProduction(Forbidden):
    """Its passwords are public."""

    code = "no_demo_in_production"
    title = "Pas de démonstration en production : ses mots de passe sont publics."


def load_if_empty(settings: Settings, out: Console) -> None:
    """Load the demo into a database without any cluster; leave any other alone."""

    async def empty() -> bool:
        async with _owner(settings) as owner, owner.transaction() as session:
            return await session.scalar(select(Cluster.cluster_id).limit(1)) is None

    if asyncio.run(empty()):
        load_demo(settings, out)


def load_demo(settings: Settings, out: Console) -> None:
    """Load the demo cluster. Raises DemoExists, NotInProduction."""
    if settings.environment == "production":
        raise NotInProduction
    with out.status("La démonstration se met en place…"):
        asyncio.run(_load(settings))
    out.print(f"Regroupement de démonstration : {CLUSTER_NAME}, {len(COMPANIES)} entreprises.")


def explain(settings: Settings, out: Console) -> None:
    """Say how to sign in, and give a command that shows the 15 %."""
    example = asyncio.run(_example(settings))
    if example is None:
        return
    token, consortium_id = example
    lead, rival = BY_KEY["bobine"], BY_KEY["passement"]
    out.print(
        f"\nMot de passe de toutes les personnes de la démonstration : [bold]{PASSWORD}[/bold]\n"
        f"  {COORDINATOR:30} anime le regroupement\n"
        f"  {TREASURER:30} tient la caisse\n"
        f"  {lead.email:30} {lead.name}, mandataire du groupement qui a gagné\n"
        f"  {rival.email:30} {rival.name}, et\n"
        f"  {BY_KEY['tram'].email:30} {BY_KEY['tram'].name} : deux rivaux sur un même lot\n"
        "\nCe que chacun doit à la grappe sur la salle de musiques actuelles (15 %) :\n\n"
        f"curl -s http://{settings.host}:{settings.port}/v1/consortia/"
        f"{encode('con', consortium_id)}/contribution -H 'Authorization: Bearer {token}'\n"
        "\nCe que la veille a trouvé pour cette personne, et pourquoi :\n\n"
        f"curl -s http://{settings.host}:{settings.port}/v1/alerts "
        f"-H 'Authorization: Bearer {token}'\n\n"
        "Deux personnes sont aussi prévenues par courriel, cinq minutes après la première alerte"
        f"{_folder(settings)}.\n",
        soft_wrap=True,
    )


def _folder(settings: Settings) -> str:
    return "" if settings.smtp_url else f" : {data_folder(settings) / 'mail'}"


async def _example(settings: Settings) -> tuple[str, UUID] | None:
    """A token of the winning lead, and its consortium; None when the demo is not there."""
    async with _owner(settings) as owner, owner.transaction() as session:
        cluster = await session.scalar(select(Cluster).where(Cluster.slug == CLUSTER_SLUG))
        if cluster is None:
            return None
        consortium_id = await session.scalar(
            select(Consortium.id).where(
                Consortium.cluster_id == cluster.cluster_id, Consortium.state == State.RUNNING
            )
        )
        now = system_clock()
        token = await people.create_token(
            session,
            email=BY_KEY["bobine"].email,
            cluster_slug=CLUSTER_SLUG,
            name="demo",
            now=now,
            expires_at=now + timedelta(hours=settings.session_hours),
        )
    return (token, consortium_id) if consortium_id else None


async def _load(settings: Settings) -> None:
    url = settings.login_url()
    async with (
        _owner(settings) as owner,
        open_database(url, size=2) as serving,
        open_database(url, role=IMPORTER, size=2) as importer,
        open_database(url, role=JOB, size=1) as job,
    ):
        await build(owner, serving, importer, job, Files(settings), now=system_clock())


async def build(
    owner: Database,
    serving: Database,
    importer: Database,
    job: Database,
    files: Files,
    *,
    now: datetime,
) -> Stage:
    """The whole demo as of ``now``, over open pools; also the base of the end-to-end test.

    Raises DemoExists.
    """
    stage = Stage(serving, job, now)
    async with owner.transaction() as session:
        if await session.scalar(select(Cluster).where(Cluster.slug == CLUSTER_SLUG)):
            raise DemoExists
        cluster = await clusters.create_cluster(
            session, name=CLUSTER_NAME, slug=CLUSTER_SLUG, zone="Europe/Paris", now=now
        )
        for email, name, role in (
            (COORDINATOR, "Camille Faure", Role.COORDINATOR),
            (TREASURER, "Sacha Meunier", Role.TREASURER),
        ):
            await _enrol(session, stage, cluster.cluster_id, email=email, name=name, role=role)
    async with stage.acting(COORDINATOR, now - timedelta(days=500)) as (session, actor):
        await contributions.ensure_default_policy(session, actor, actor.now.date())
    for company in COMPANIES:
        await stage.admit(company.key, now - timedelta(days=500))
    async with owner.transaction() as session:
        for company in COMPANIES:
            await _enrol(
                session,
                stage,
                cluster.cluster_id,
                email=company.email,
                name=company.name,
                role=Role.MANAGER,
                member_id=stage.members[company.key],
            )
    found = await _import(importer, notices.records(now.date()), now)
    await play(stage, found)
    await trade(stage)
    await charge_a_year(stage)
    await call_a_quarter(stage, CLUSTER_NAME)
    await watch_for(stage)
    await prove(stage)
    await issue_some(stage, files)
    await import_contracts(importer, contracts.records(now.date()), clock=lambda: now)
    await _import(importer, [notices.correction(now.date())], now)
    return stage


async def _enrol(
    session: AsyncSession,
    stage: Stage,
    cluster_id: UUID,
    *,
    email: str,
    name: str,
    role: Role,
    member_id: UUID | None = None,
) -> None:
    await people.enrol_person(
        session,
        cluster_id=cluster_id,
        email=email,
        name=name,
        password=PASSWORD,
        role=role,
        member_id=member_id,
        now=stage.now,
    )
    stage.tokens[email] = await people.create_token(
        session,
        email=email,
        cluster_slug=CLUSTER_SLUG,
        name="demo",
        now=stage.now,
        expires_at=stage.now + TOKEN_LIFE,
    )


async def _import(importer: Database, records: list[Record], now: datetime) -> dict[str, UUID]:
    await watch.import_records(importer, records, label="demo", clock=lambda: now)
    numbers = [record["idweb"] for record in records]
    async with importer.transaction() as session:
        found = await session.execute(
            select(NoticeRow.source_id, NoticeRow.id).where(NoticeRow.source_id.in_(numbers))
        )
        return dict(row for row in found)


def _owner(settings: Settings) -> AbstractAsyncContextManager[Database]:
    return open_database(settings.owner_url(), role=None, size=1)
