"""Shapes that several nouns share on the wire."""

from typing import Annotated

from pydantic import StringConstraints

from app.infra.http.text import Text
from app.kernel.mail import MAX_ADDRESS_LENGTH
from app.people.domain import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH

Email = Annotated[str, StringConstraints(min_length=3, max_length=MAX_ADDRESS_LENGTH)]
LinkToken = Annotated[str, StringConstraints(min_length=1, max_length=200)]
PersonName = Annotated[str, Text(least=1, most=100)]
NewPassword = Annotated[str, StringConstraints(min_length=1, max_length=MAX_PASSWORD_LENGTH)]
NEW_PASSWORD = (
    f"{MIN_PASSWORD_LENGTH} characters at least, and hard to guess for who knows the person: "
    "four words that have nothing to do with each other, say."
)
