"""The `grappe` command as an operator types it: real processes, plain lines, exit codes."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from app.settings import Settings
from tests.conftest import SHARED_DATA
from tests.grappe import Grappe
from tests.journal.chains import seals, tamper, write
from tests.world import World

pytestmark = pytest.mark.xdist_group("cli")

FULL_RECORD = {
    "idweb": "26-77001",
    "objet": "Entretien des orgues du temple",
    "dateparution": "2026-02-20",
    "datelimitereponse": "2026-03-20T12:00:00+00:00",
    "nomacheteur": "Ville d'essai",
    "url_avis": "https://www.boamp.fr/pages/avis/?q=idweb:26-77001",
}


@pytest.fixture
def grappe(settings: Settings) -> Grappe:
    return Grappe(settings)


def test_files_are_imported_whatever_their_wrapping_and_again_changes_nothing(
    grappe: Grappe, tmp_path: Path
) -> None:
    single = tmp_path / "one.json"
    single.write_text(json.dumps(FULL_RECORD))
    zipped = tmp_path / "many.json.gz"
    others = [{**FULL_RECORD, "idweb": f"26-7700{n}"} for n in (2, 3)]
    zipped.write_bytes(gzip.compress(json.dumps({"total_count": 2, "results": others}).encode()))
    first = grappe("import", "boamp", "--file", str(single), str(zipped))
    assert first.returncode == 0, first.stderr
    assert "1 lus, 1 nouveaux" in first.stdout
    assert "2 lus, 2 nouveaux" in first.stdout
    again = grappe("import", "boamp", "--file", str(single), str(zipped))
    assert "2 lus, 0 nouveaux, 0 modifiés, 2 inchangés" in again.stdout


@pytest.mark.parametrize(
    "content", [b"", b"not json", b'[{"idweb": "26-1"', b'{"hello": 1}', b"\x1f\x8bbroken"]
)
def test_a_file_that_is_no_source_is_refused_in_one_plain_line(
    grappe: Grappe, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "wrong.json"
    path.write_bytes(content)
    answer = grappe("import", "boamp", "--file", str(path))
    assert answer.returncode == 2
    assert len(answer.stderr.strip().splitlines()) == 1, answer.stderr


def test_a_file_that_is_not_there_is_said_so(grappe: Grappe, tmp_path: Path) -> None:
    answer = grappe("import", "boamp", "--file", str(tmp_path / "nowhere.json"))
    assert answer.returncode == 2
    assert "nowhere.json" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_source_that_is_off_is_not_asked(grappe: Grappe) -> None:
    answer = grappe("import", "boamp")
    assert (answer.returncode, "éteinte" in answer.stderr) == (1, True)
    assert "éteinte" in grappe("sources", "list").stdout


def test_a_name_that_no_source_bears_is_answered_with_those_there_are(grappe: Grappe) -> None:
    for command in (["import", "nulle"], ["sources", "on", "nulle"]):
        answer = grappe(*command)
        assert answer.returncode == 2
        assert "boamp" in answer.stderr
        assert len(answer.stderr.strip().splitlines()) == 1


def test_the_thirteen_real_records_arrive(grappe: Grappe) -> None:
    files = sorted((SHARED_DATA / "boamp").glob("*.json"))
    if not files:
        pytest.skip("no real notices beside the project: ../shared/data/boamp is absent")
    answer = grappe("import", "boamp", "--file", *map(str, files))
    assert answer.returncode == 0, answer.stderr
    # Other tests may have brought some of them.
    assert (answer.stdout.count(": 1 lus"), answer.stdout.count("0 mis de côté")) == (13, 13)


async def test_a_created_token_signs_in(grappe: Grappe, world: World) -> None:
    slug = f"cli-{world.cluster_id.hex[-12:]}"
    mail = f"moi@{slug}.example"
    made = grappe(
        *("cluster", "create", "Essai", "--slug", slug, "--coordinator", mail),
        *("--language", "en", "--admission", "vote"),
        stdin="un long secret",
    )
    assert made.returncode == 0, made.stderr
    # A program signs in now; the API in this process lives at its own fixed moment, before it.
    token = grappe("token", "create", "--email", mail, "--cluster", slug).stdout.strip()
    answer = await world.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["role"] == "coordinator"
    answer = await world.client.get("/v1/cluster", headers={"Authorization": f"Bearer {token}"})
    assert (answer.json()["language"], answer.json()["admission"]) == ("en", "vote")


def test_an_unknown_person_gets_no_token(grappe: Grappe) -> None:
    answer = grappe("token", "create", "--email", "nobody@nowhere.example")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "inconnue" in answer.stderr


def test_a_weak_password_is_refused(grappe: Grappe) -> None:
    words = ("cluster", "create", "X", "--slug", "weak", "--coordinator", "a@weak.example")
    answer = grappe(*words, stdin="short")
    assert (answer.returncode, "12 caractères" in answer.stderr) == (2, True)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--zone", "Europe/Saint-Étienne"),
        ("--slug", "Pas Un Nom"),
        ("--slug", "x" * 41),
        ("--coordinator", "personne"),
        ("--coordinator", "a b@c.example"),
    ],
)
def test_a_cluster_with_a_wrong_value_is_refused_in_one_plain_line(
    grappe: Grappe, option: str, value: str
) -> None:
    options = {"--slug": "faux", "--coordinator": "a@faux.example", option: value}
    words = [word for pair in options.items() for word in pair]
    answer = grappe("cluster", "create", "Essai", *words, stdin="un long secret")
    assert answer.returncode == 2, answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1, answer.stderr


def test_a_slug_that_is_taken_is_refused_in_one_plain_line(grappe: Grappe) -> None:
    words = ("cluster", "create", "X", "--slug", "taken", "--coordinator", "a@taken.example")
    assert grappe(*words, stdin="un long secret").returncode == 0
    answer = grappe(*words, stdin="un long secret")
    assert answer.returncode == 1
    assert len(answer.stderr.strip().splitlines()) == 1, answer.stderr
    assert "INSERT" not in answer.stderr


def test_what_is_no_database_url_is_refused_in_one_plain_line(grappe: Grappe) -> None:
    answer = grappe("migrate", GRAPPE_DATABASE_URL="foo:s3cret", GRAPPE_DATABASE_OWNER_URL="")
    assert answer.returncode == 2
    assert len(answer.stderr.strip().splitlines()) == 1, answer.stderr
    assert "s3cret" not in answer.stderr


def test_a_data_folder_that_is_none_is_said_in_one_plain_line(
    grappe: Grappe, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.touch()
    embedded = {"GRAPPE_DATABASE_URL": "", "GRAPPE_DATABASE_OWNER_URL": ""}
    for words, folder, extra in (
        (("migrate",), file, embedded),
        (("migrate",), file / "below", embedded),
        (("serve",), file, {"GRAPPE_PORT": "0"}),
    ):
        answer = grappe(*words, GRAPPE_DATA_DIR=str(folder), **extra)
        assert answer.returncode == 1, answer.stderr
        assert "GRAPPE_DATA_DIR" in answer.stderr
        assert len(answer.stderr.strip().splitlines()) == 1, answer.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may act as another user")
def test_a_user_without_a_name_is_told_so_in_one_plain_line(tmp_path: Path) -> None:
    # Loaded before: that user may be barred from this interpreter's folder.
    program = (
        "import os, app.commands.database; from app.cli import app;"
        " os.setgroups([]); os.setgid(54321); os.setuid(54321); app(['migrate'])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "GRAPPE_DATA_DIR": str(tmp_path / "data"), "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (answer.returncode, "54321" in answer.stderr) == (1, True), answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1, answer.stderr


def test_an_unsafe_setting_stops_the_start(grappe: Grappe) -> None:
    answer = grappe("migrate", GRAPPE_ENVIRONMENT="production")
    assert answer.returncode == 2
    assert "GRAPPE_SECRET_KEY is required" in answer.stderr


def test_the_demo_is_refused_in_production(grappe: Grappe) -> None:
    secret = "kP3vX8qLz7Rw2Jm5Tn9Bc4Hy6Gd1Sf0Q"
    answer = grappe("demo", GRAPPE_ENVIRONMENT="production", GRAPPE_SECRET_KEY=secret)
    assert (answer.returncode, "production" in answer.stderr) == (1, True)


def test_a_database_that_is_not_there_is_said_in_one_line(grappe: Grappe) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    for command in (("serve",), ("worker",)):
        answer = grappe(
            *command, GRAPPE_DATABASE_URL=nowhere, GRAPPE_DATABASE_OWNER_URL="", GRAPPE_PORT="0"
        )
        assert answer.returncode == 1
        assert "n'est pas utilisable" in answer.stderr
        assert len(answer.stderr.strip().splitlines()) == 1, answer.stderr


def test_the_operators_commands_need_the_owner(grappe: Grappe) -> None:
    answer = grappe("migrate", GRAPPE_DATABASE_OWNER_URL="")
    assert (answer.returncode, "GRAPPE_DATABASE_OWNER_URL" in answer.stderr) == (2, True)


async def test_the_check_of_a_whole_trail_says_its_seal_and_leaves_with_zero(
    grappe: Grappe, world: World
) -> None:
    await write(world, 3)
    slug = await slug_of(world)
    answer = grappe("check", "--cluster", slug)
    assert answer.returncode == 0, answer.stderr
    last = (await seals(world))[-1]
    noted = f"{last.seq}:{last.hash.hex()}"
    assert answer.stdout.splitlines() == [
        f"{slug} : journal intact, {last.seq} sceaux, le dernier {noted}",
        f"{slug} : livres intact, 0 écritures, 0 numérotées en 0 clôtures",
        f"{slug} : comptes intact, 0 contributions, 0 paiements",
        f"{slug} : appels intact, 0 appels et avoirs",
    ]
    assert grappe("check", "--cluster", slug, "--seal", noted).returncode == 0
    other = f"{last.seq}:{'0' * 64}"
    refused = grappe("check", "--cluster", slug, "--seal", other)
    assert (refused.returncode, "coupée ou refaite" in refused.stdout) == (1, True)


async def test_the_check_names_the_row_that_was_touched_and_leaves_with_one(
    grappe: Grappe, settings: Settings, world: World
) -> None:
    await write(world, 3)
    touched = (await seals(world))[-2]
    await tamper(
        settings, world, f"UPDATE audit_entry SET origin = '-' WHERE id = '{touched.subject_id}'"
    )
    answer = grappe("check")
    assert answer.returncode == 1
    assert f"  audit_entry {touched.subject_id} (n° {touched.seq}) : modifiée" in answer.stdout
    assert f"{await slug_of(world)} : journal 1 ANOMALIES" in answer.stdout
    assert "anomalies" in answer.stderr


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("--cluster", "nowhere"), 1),
        (("--seal", f"1:{'0' * 64}"), 2),
        (("--cluster", "x", "--seal", "1:abc"), 2),
    ],
)
def test_a_check_that_cannot_be_done_is_refused(
    grappe: Grappe, words: tuple[str, ...], status: int
) -> None:
    answer = grappe("check", *words)
    assert (answer.returncode, answer.stdout) == (status, "")
    assert "Traceback" not in answer.stderr


async def test_what_the_operator_does_is_in_the_trail(grappe: Grappe, world: World) -> None:
    mail = f"alpha@test-{world.cluster_id.hex}.example"
    assert grappe("token", "create", "--email", mail).returncode == 0
    async with world.owner.transaction() as session:
        query = (
            "SELECT action, origin FROM audit_entry WHERE cluster_id = :c AND request_id = 'cli'"
        )
        found = [tuple(row) for row in await session.execute(text(query), {"c": world.cluster_id})]
    assert found == [("cluster.created", "operator"), ("token.created", "operator")]


async def slug_of(world: World) -> str:
    """The short name of the world's cluster."""
    query = text("SELECT slug FROM cluster WHERE cluster_id = :c")
    async with world.owner.transaction() as session:
        return str(await session.scalar(query, {"c": world.cluster_id}))


def test_a_publisher_is_added_and_shown_with_its_freshness(grappe: Grappe) -> None:
    words = ("sources", "add", "county", "--kind", "ocds", "--url", "https://county.example/api")
    more = ("--paging", "pages", "--set", "query.stage=tender", "--set", "wait_on=403,418")
    added = grappe(*words, *more)
    assert added.returncode == 0, added.stderr
    assert "county (ocds) : éteinte" in added.stdout
    again = grappe(*words)
    assert (again.returncode, "county" in again.stderr) == (1, True)
    shown = grappe("sources", "list").stdout
    assert "county (ocds) : éteinte, horaire 15 6,12,18 * * *, 3 j de recul" in shown
    assert "un pas de 1000 ms, jamais lue" in shown
    assert "uk-find-a-tender (ocds) : éteinte" in shown


@pytest.mark.parametrize("wrong", ["paging=guess", "zone=Nowhere", "nothing=1", "no sign"])
def test_a_setting_that_a_publisher_does_not_have_is_refused_in_one_line(
    grappe: Grappe, wrong: str
) -> None:
    words = ("sources", "add", "borough", "--kind", "ocds", "--url", "https://borough.example")
    answer = grappe(*words, "--set", wrong)
    assert answer.returncode == 2
    assert len(answer.stderr.strip().splitlines()) == 1, answer.stderr
    assert wrong.partition("=")[0] in answer.stderr


def test_a_folder_is_imported_whole_and_its_bad_files_are_named(
    grappe: Grappe, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for number in (4, 5):
        record = {**FULL_RECORD, "idweb": f"26-7700{number}"}
        (inbox / f"{number}.json").write_text(json.dumps(record))
    (inbox / "bad.json").write_text("not json")
    answer = grappe("import", "boamp", "--file", str(inbox))
    assert answer.returncode == 2
    assert "inbox (3 fichiers) : 2 lus, 2 nouveaux" in answer.stdout
    assert answer.stderr.strip().startswith("bad.json : ")
    assert len(answer.stderr.strip().splitlines()) == 1


def test_a_folder_becomes_a_source(grappe: Grappe, tmp_path: Path) -> None:
    (tmp_path / "avis.json").write_text(json.dumps({**FULL_RECORD, "idweb": "26-77006"}))
    added = grappe("sources", "add", "inbox", "--kind", "folder", "--path", str(tmp_path))
    assert added.returncode == 0, added.stderr
    assert "inbox (folder) : éteinte" in added.stdout
    refused = grappe("sources", "add", "inbox-2", "--kind", "folder", "--path", "inbox")
    assert (refused.returncode, "path" in refused.stderr) == (2, True)
