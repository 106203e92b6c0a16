"""What Pydantic refuses is said in French, whatever it refuses."""

import re
from datetime import date, datetime
from typing import Annotated, Literal

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from app.infra.http.messages import in_french
from tests.test_openapi import document
from tests.world import World


class Form(BaseModel):
    """One field of each kind that bodies and queries have."""

    model_config = ConfigDict(extra="forbid", strict=False)

    word: Annotated[str, Field(min_length=2, max_length=3, pattern="^[a-z]*$")] = "ab"
    one: Annotated[list[int], Field(min_length=1, max_length=1)] = [1]
    number: Annotated[int, Field(ge=1, le=9)] = 1
    above: Annotated[int, Field(gt=1, lt=9)] = 2
    choice: Literal["a", "b", "c"] = "a"
    day: date = date(2026, 3, 1)
    at: AwareDatetime | None = None
    naive: datetime | None = None
    yes: bool = True
    needed: str


def said(**given: object) -> str:
    """The one message about a form."""
    with pytest.raises(ValidationError) as refused:
        Form.model_validate({"needed": "x", **given})
    (error,) = refused.value.errors()
    return in_french(error["type"], error["msg"], error.get("ctx", {}))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("word", "a", "Il faut 2 caractères au moins."),
        ("word", "abcd", "Il y a 3 caractères au plus."),
        ("word", "A1", "Ce texte n'a pas la forme attendue."),
        ("word", 1, "Il faut un texte."),
        ("one", [], "Il faut 1 élément au moins."),
        ("one", [1, 2], "Il y a 1 élément au plus."),
        ("one", "x", "Il faut une liste."),
        ("number", 0, "Il faut 1 au moins."),
        ("number", 10, "Il faut 9 au plus."),
        ("number", 1.5, "Il faut un nombre entier."),
        ("number", "x", "Il faut un nombre entier."),
        ("above", 1, "Il faut plus de 1."),
        ("above", 9, "Il faut moins de 9."),
        ("choice", "z", "Il faut l'une de ces valeurs : 'a', 'b' ou 'c'."),
        ("day", "hier", "Il faut un jour, comme « 2026-03-31 »."),
        ("at", "2026-03-01T10:00:00", "Il manque le décalage horaire, comme « +02:00 » ou « Z »."),
        ("at", "hier", "Il faut un instant, comme « 2026-03-31T12:00:00+02:00 »."),
        ("yes", "peut-être", "Il faut « true » ou « false »."),
        ("strange", 1, "Ce champ n'existe pas ici."),
    ],
)
def test_each_fault_says_in_french_what_is_expected(
    field: str, value: object, message: str
) -> None:
    assert said(**{field: value}) == message


def test_what_is_missing_is_said_so() -> None:
    with pytest.raises(ValidationError) as refused:
        Form.model_validate({})
    (error,) = refused.value.errors()
    assert in_french(error["type"], error["msg"], error.get("ctx", {})) == "Ce champ manque."


ENGLISH = re.compile(r"\b(Input|should|valid|required|must|the|Value error)\b")


@pytest.mark.parametrize("hostile", [{"zzz": 1}, [], "x", 7, None], ids=repr)
async def test_no_body_is_refused_in_english(world: World, hostile: object) -> None:
    """Every operation that takes a body is given what is none, and each of its fields a wrong."""
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" not in content or "{" in path:
                continue
            answer = await world.client.request(
                method.upper(),
                path,
                json=hostile,
                headers=world.coordinator.headers({"Idempotency-Key": "x"}),
            )
            for fault in answer.json().get("errors", ()):
                assert not ENGLISH.search(fault["message"]), (path, fault)
