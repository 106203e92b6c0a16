"""Settings: refused when unsafe, documented when known."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from app.infra.secret import secret_key
from app.settings import OwnerUnknown, Settings

README = Path(__file__).parents[2] / "README.md"


def test_production_needs_a_secret() -> None:
    with pytest.raises(ValidationError, match="required in production"):
        Settings(environment="production")


@pytest.mark.parametrize("secret", ["short", "a" * 40])
def test_a_weak_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError, match="GRAPPE_SECRET_KEY"):
        Settings(secret_key=SecretStr(secret))


def test_the_owner_alone_is_refused() -> None:
    with pytest.raises(ValidationError, match="beside it"):
        Settings(database_owner_url=SecretStr("postgresql://x/y"))


def test_what_needs_the_owner_says_so() -> None:
    with pytest.raises(OwnerUnknown):
        Settings(database_url=SecretStr("postgresql://x/y")).owner_url()


def test_an_unknown_value_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPPE_PORT", "http")
    with pytest.raises(ValidationError, match="port"):
        Settings()


@pytest.mark.parametrize(
    "url", ["s3cret", "mysql://me:s3cret@x/y", "postgresql://me:s3cret@x:port/y", "http://s3cret"]
)
def test_what_is_no_postgresql_url_is_refused_and_not_echoed(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    for name in ("GRAPPE_DATABASE_URL", "GRAPPE_DATABASE_OWNER_URL"):
        monkeypatch.setenv("GRAPPE_DATABASE_URL", "postgresql://x/y")
        monkeypatch.setenv(name, url)
        with pytest.raises(ValidationError, match="PostgreSQL") as refused:
            Settings()
        assert "s3cret" not in str(refused.value)


def test_the_secret_is_in_the_data_folder_wherever_home_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GRAPPE_DATA_DIR", "~/data")
    monkeypatch.chdir(tmp_path)
    assert secret_key(Settings()) == (tmp_path / "data" / "secret.key").read_text()


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "DATABASE_URL"):
        monkeypatch.setenv(f"GRAPPE_{name}", "")
    settings = Settings()
    assert (settings.host, settings.port, settings.database_url) == ("127.0.0.1", 8000, None)


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    found = re.findall(r"^\| `(GRAPPE_\w+)` \| ([^|]*) \| (.*) \|$", README.read_text(), re.M)
    rows = {name: (default.strip(), description) for name, default, description in found}
    known = {f"GRAPPE_{name.upper()}": field for name, field in Settings.model_fields.items()}
    assert rows.keys() == known.keys()
    for name, field in known.items():
        default = str(field.default).lower() if isinstance(field.default, bool) else field.default
        expected = "" if default is None else f"`{default}`"
        assert rows[name] == (expected, field.description), name
