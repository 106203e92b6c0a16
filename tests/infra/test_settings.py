"""Settings: refused when unsafe, documented when known."""

import re
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from app.infra.secret import secret_key
from app.kernel.secret import weakness
from app.settings import OwnerUnknown, Settings

README = Path(__file__).parents[2] / "README.md"


def test_production_needs_a_secret() -> None:
    with pytest.raises(ValidationError, match="required in production"):
        Settings(environment="production")


WEAK = {
    "empty": "x",
    "short": secrets.token_hex(15),
    "one letter": "a" * 40,
    "few letters": "ab" * 20,
    "repeated": "k3Jx9Qw2" * 5,
    "told in examples": "changeme-" + secrets.token_hex(16),
    "told otherwise": "Change_Me" + secrets.token_hex(16),
    "a sentence of examples": "this-is-not-a-secret-do-not-use-it-in-production",
    "digits in order": "123456789012345678901234567890123456",
}


@pytest.mark.parametrize("name", ["secret_key", "metrics_token"])
@pytest.mark.parametrize("secret", WEAK.values(), ids=WEAK)
@pytest.mark.parametrize("environment", ["development", "production"])
def test_a_weak_secret_is_refused(environment: str, name: str, secret: str) -> None:
    given = {"secret_key": secrets.token_hex(24), name: secret}
    with pytest.raises(ValidationError, match=f"GRAPPE_{name.upper()}") as refused:
        Settings.model_validate({"environment": environment, **given})
    assert secret not in str(refused.value) or secret == "x"


@pytest.mark.parametrize("draw", [secrets.token_hex, secrets.token_urlsafe, secrets.token_bytes])
def test_what_was_drawn_is_accepted(draw: Callable[[int], str | bytes]) -> None:
    for _ in range(200):
        drawn = draw(24)
        assert weakness(drawn if isinstance(drawn, str) else drawn.hex()) is None


PRODUCTION = {"environment": "production", "secret_key": "kP3vX8qLz7Rw2Jm5Tn9Bc4Hy6Gd1Sf0Q"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cors_origins": "*"}, "https:// origins"),
        ({"cors_origins": "http://app.example"}, "https:// origins"),
        ({"metrics_token": PRODUCTION["secret_key"]}, "GRAPPE_METRICS_TOKEN"),
        ({"database_url": "postgresql://postgres:postgres@db/grappe"}, "everybody knows"),
        ({"database_url": "postgresql://grappe:ChangeMe!@db/grappe"}, "everybody knows"),
    ],
)
def test_production_refuses_what_is_for_trying(change: dict[str, str], reason: str) -> None:
    assert Settings.model_validate(PRODUCTION).environment == "production"
    with pytest.raises(ValidationError, match=reason):
        Settings.model_validate({**PRODUCTION, **change})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cors_origins", "https://app.example/"),
        ("cors_origins", "https://app.example/path"),
        ("cors_origins", "app.example"),
        ("cors_origins", "null"),
        ("cors_origins", "https://me:you@app.example"),
        ("trusted_proxies", "proxy.example"),
        ("trusted_proxies", "*"),
        ("trusted_proxies", "0.0.0.0/0"),
        ("trusted_proxies", "10.0.0.1, ::/0"),
    ],
)
def test_lists_of_settings_are_checked(name: str, value: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings.model_validate({name: value})


def test_lists_of_settings_are_read_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPPE_TRUSTED_PROXIES", "10.1.2.3/8, ::1")
    monkeypatch.setenv("GRAPPE_CORS_ORIGINS", "https://a.example,https://b.example:8443")
    settings = Settings()
    assert settings.trusted_proxies == ("10.0.0.0/8", "::1/128")
    assert settings.cors_origins == ("https://a.example", "https://b.example:8443")


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
        expected = "" if default in (None, ()) else f"`{default}`"
        assert rows[name] == (expected, field.description), name
