"""Settings: refused when unsafe, documented when known."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

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


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    found = re.findall(r"^\| `(GRAPPE_\w+)` \| ([^|]*) \| (.*) \|$", README.read_text(), re.M)
    rows = {name: (default.strip(), description) for name, default, description in found}
    known = {f"GRAPPE_{name.upper()}": field for name, field in Settings.model_fields.items()}
    assert rows.keys() == known.keys()
    for name, field in known.items():
        default = str(field.default).lower() if isinstance(field.default, bool) else field.default
        expected = "" if default is None else f"`{default}`"
        assert rows[name] == (expected, field.description), name
