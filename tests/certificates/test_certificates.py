"""Certificates over HTTP: added, seen, given their file, taken back."""

from hashlib import sha256

import pytest

from tests.certificates.steps import PDF, add, social, upload
from tests.consortia.steps import ok, refused
from tests.world import World

PATH = "/v1/certificates"


async def test_a_certificate_is_added_given_its_file_and_taken_back(world: World) -> None:
    added = await add(world.contributor, issuer="URSSAF Rhône-Alpes", number="A1B2")
    assert (added["valid_until"], added["file"], added["audience"]) == (
        "2026-07-01",
        None,
        "partners",
    )
    sent = ok(await upload(world.alpha, added), 200)
    assert sent["file"] == {
        "type": "application/pdf",
        "size": len(PDF),
        "sha256": sha256(PDF).hexdigest(),
        "at": "2026-03-02T09:00:00Z",
    }
    path = f"{PATH}/{added['id']}"
    assert ok(await world.viewer.get(path), 200) == sent
    assert ok(await world.viewer.get(PATH), 200)["items"] == [sent]
    file = await world.viewer.get(f"{path}/file")
    assert (file.status_code, file.content) == (200, PDF)
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-length"] == str(len(PDF))
    assert file.headers["x-content-type-options"] == "nosniff"
    name = 'attachment; filename="social-2026-01-01.pdf"'
    assert file.headers["content-disposition"] == name
    gone = await world.client.delete(path, headers=world.alpha.headers())
    assert gone.status_code == 204
    for one in (path, f"{path}/file"):
        assert (await world.alpha.get(one)).status_code == 404
    assert ok(await world.alpha.get(PATH), 200)["items"] == []
    refused(await upload(world.alpha, added), 404, "not_found")


async def test_a_file_stays_what_it_is_and_the_same_bytes_again_change_nothing(
    world: World,
) -> None:
    added = await add(world.alpha)
    first = ok(await upload(world.alpha, added), 200)
    assert ok(await upload(world.alpha, added), 200) == first
    refused(await upload(world.alpha, added, PDF + b"."), 409, "file_there")
    assert (await world.alpha.get(f"{PATH}/{added['id']}/file")).content == PDF


async def test_a_certificate_without_its_file_has_none_to_give(world: World) -> None:
    added = await add(world.alpha)
    refused(await world.alpha.get(f"{PATH}/{added['id']}/file"), 404, "not_found")


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"", "application/pdf", 422, "file_not_accepted"),
        (b"MZ not a pdf", "application/pdf", 422, "file_not_accepted"),
        (PDF, "image/png", 422, "file_not_accepted"),
        (PDF, "text/html", 415, "unsupported_media_type"),
        (PDF, "application/json", 415, "unsupported_media_type"),
        (b'{"a": 1}', "application/json", 415, "unsupported_media_type"),
    ],
)
async def test_what_is_not_what_it_says_is_refused_and_leaves_nothing(
    world: World, body: bytes, kind: str, status: int, code: str
) -> None:
    added = await add(world.alpha)
    refused(await upload(world.alpha, added, body, kind), status, code)
    assert ok(await world.alpha.get(f"{PATH}/{added['id']}"), 200)["file"] is None
    ok(await upload(world.alpha, added), 200)


async def test_more_than_a_usual_body_is_taken_and_no_more_than_a_file_may_be(
    world: World,
) -> None:
    added = await add(world.alpha)
    most = 10_485_760
    refused(await upload(world.alpha, added, PDF + b"x" * most), 413, "body_too_large")
    ok(await upload(world.alpha, added, PDF + b"x" * 3_000_000), 200)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "passport"},
        {"kind": "other"},
        {"valid_until": "2025-12-31"},
        {"valid_from": "2027-01-01"},
        {"audience": "world"},
        {"title": ""},
        {"amount": 3},
    ],
)
async def test_what_cannot_be_is_refused(world: World, wrong: dict[str, object]) -> None:
    assert (await world.alpha.post(PATH, social(**wrong))).status_code == 422


async def test_lists_are_narrowed_by_company_kind_and_day(world: World) -> None:
    first = await add(world.alpha)
    second = await add(world.alpha, kind="tax", valid_from="2025-06-01", valid_until="2025-12-31")
    third = await add(world.beta, audience="cluster")

    async def found(**asked: str) -> list[str]:
        return [one["id"] for one in ok(await world.alpha.get(PATH, **asked), 200)["items"]]

    assert await found() == [third["id"], second["id"], first["id"]]
    assert await found(kind="tax") == [second["id"]]
    assert await found(member_id=world.beta.member) == [third["id"]]
    assert await found(valid_on="2025-12-31") == [second["id"]]
    assert await found(valid_on="2026-07-01", kind="social") == [third["id"], first["id"]]
    assert await found(valid_on="2026-07-02") == []


async def test_nobody_keeps_more_than_can_be_found_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.certificates.domain.MOST_OF_A_COMPANY", 2)
    for _ in range(2):
        last = await add(world.alpha)
    refused(await world.alpha.post(PATH, social()), 409, "too_many_certificates")
    await world.client.delete(f"{PATH}/{last['id']}", headers=world.alpha.headers())
    await add(world.alpha)
    await add(world.beta)
