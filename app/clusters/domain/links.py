"""Companies that are linked: their bids are looked at together."""

from enum import StrEnum

from app.kernel.errors import Conflict, Forbidden, Invalid


class LinkKind(StrEnum):
    """Why two companies are linked (Code de commerce L233-3, L233-16)."""

    GROUP = "group"
    """One holds the other, or the same hold both."""
    OFFICERS = "officers"
    """The same people run both."""


class LinkedToItself(Invalid):
    """A link has two sides."""

    code = "linked_to_itself"
    title = "Une entreprise n'est pas liée à elle-même : nommez l'autre."


class AlreadyLinked(Conflict):
    """A link is said once by each."""

    code = "already_linked"
    title = "Ce lien est déjà déclaré."


class LinkEnded(Conflict):
    """A link ends once."""

    code = "link_ended"
    title = "Ce lien a déjà pris fin."


class NotYourWord(Forbidden):
    """Each takes back its own word, the coordinator any."""

    code = "not_your_word"
    title = "Seuls qui a déclaré ce lien et la coordination y mettent fin."
