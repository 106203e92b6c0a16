"""Uploaded files, in a folder and in S3-compatible storage: the same promises."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from app.infra.files import Files, FilesUnusable, FileTooLarge, MediaType, NotAFile, media_type
from app.settings import Settings
from tests.bucket import Bucket

PDF = b"%PDF-1.7\n" + b"x" * 3_000
LATER = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    """A bucket of the test's own."""
    with Bucket() as opened:
        yield opened


@pytest.fixture(params=["folder", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path, bucket: Bucket) -> Files:
    """The storage, one way and the other."""
    return Files(settings_of(tmp_path, bucket if request.param == "bucket" else None))


def settings_of(home: Path, bucket: Bucket | None, **more: object) -> Settings:
    """Settings of a storage that takes 4,096 bytes."""
    base = Settings(data_dir=home, max_file_bytes=4_096)
    if bucket is not None:
        more |= {
            "s3_bucket": bucket.name,
            "s3_endpoint": bucket.url,
            "s3_access_key": SecretStr(bucket.key_id),
            "s3_secret_key": SecretStr("secret"),
        }
    return base.model_copy(update=more)


async def parts(body: bytes, size: int = 700) -> AsyncIterator[bytes]:
    """A body as it comes."""
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def read(files: Files, key: str) -> bytes:
    """All of a file."""
    return b"".join([part async for part in await files.get(key)])


async def test_what_was_put_is_read_back_and_known_by_its_hash(files: Files) -> None:
    stored = await files.put("a/b", parts(PDF))
    assert (stored.size, stored.media_type) == (len(PDF), MediaType.PDF)
    assert stored.sha256 == sha256(PDF).digest()
    assert await read(files, "a/b") == PDF


async def test_a_file_that_is_forgotten_is_gone_and_may_be_forgotten_again(files: Files) -> None:
    await files.put("a/b", parts(PDF))
    await files.delete("a/b")
    await files.delete("a/b")
    with pytest.raises(FilesUnusable):
        await files.get("a/b")


async def test_keys_are_told_under_their_prefix_once_they_are_old_enough(files: Files) -> None:
    for key in ("a/1", "a/2", "b/1"):
        await files.put(key, parts(PDF))
    found = [key async for some in files.keys("a", LATER) for key in some]
    assert sorted(found) == ["a/1", "a/2"]
    early = datetime(2000, 1, 1, tzinfo=UTC)
    assert [key async for some in files.keys("a", early) for key in some] == []


@pytest.mark.parametrize("body", [b"", b"%PDF", b"MZ\x90\x00", b"<html>", b"PK\x03\x04", b"GIF89a"])
async def test_what_is_no_pdf_and_no_image_is_not_kept(files: Files, body: bytes) -> None:
    with pytest.raises(NotAFile):
        await files.put("a/b", parts(body))
    with pytest.raises(FilesUnusable):
        await files.get("a/b")


async def test_what_is_too_large_is_not_kept_and_not_read_to_its_end(files: Files) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1_000
            yield PDF[:1_000]

    with pytest.raises(FileTooLarge):
        await files.put("a/b", endless())
    assert read == 5_000
    with pytest.raises(FilesUnusable):
        await files.get("a/b")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.4", MediaType.PDF),
        (b"\x89PNG\r\n\x1a\n....", MediaType.PNG),
        (b"\xff\xd8\xff\xe0....JFIF", MediaType.JPEG),
    ],
)
def test_a_file_is_known_by_how_it_begins(head: bytes, kind: MediaType) -> None:
    assert media_type(head) is kind


async def test_a_storage_that_is_down_or_refuses_is_said_without_its_words(
    tmp_path: Path, bucket: Bucket
) -> None:
    refused = settings_of(tmp_path, bucket).model_copy(
        update={"s3_access_key": SecretStr("AKOTHER")}
    )
    with pytest.raises(FilesUnusable) as told:
        await Files(refused).put("a/b", parts(PDF))
    assert told.value.detail is None
    bucket.down = True
    with pytest.raises(FilesUnusable):
        await Files(settings_of(tmp_path, bucket)).put("a/b", parts(PDF))


def test_a_bucket_without_keys_or_over_plain_http_is_refused_at_start(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="GRAPPE_S3_ACCESS_KEY"):
        Settings(data_dir=tmp_path, s3_bucket="pieces")
    with pytest.raises(ValidationError, match="https"):
        Settings(
            data_dir=tmp_path,
            environment="production",
            secret_key=SecretStr("k" * 20 + "0123456789ab"),
            s3_endpoint="http://storage.example",
        )
