"""Use cases of people and their credentials; a file for each noun."""

from app.people.service.people import enrol_person
from app.people.service.tokens import create_token

__all__ = ["create_token", "enrol_person"]
