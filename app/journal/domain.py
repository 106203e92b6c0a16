"""The chain of a cluster's audit trail: how a link is made, and what a reader finds wrong.

A seal holds the digest of a row (SHA-256 of its kind, a line feed and its canonical line) and a
hash (SHA-256 of the hash before and of the digest). The database writes seals at commit; here
the same is computed anew from the rows, so that no stored hash is believed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID

from app.kernel.errors import Invalid

GENESIS = bytes(32)
"""The hash before the first."""

TABLES = {"entry": "audit_entry", "opening": "opening"}
"""Where the rows of each kind lie."""


class BadSeal(Invalid):
    """What was typed is no seal."""

    code = "bad_seal"
    title = "Un sceau s'écrit 42:<64 chiffres hexadécimaux>, ou 2026-03-01:<64 chiffres>."


@dataclass(frozen=True, slots=True)
class Seal:
    """A stored seal, and the canonical line of its row as it is now (None: it is gone)."""

    seq: int
    kind: str
    subject_id: UUID
    digest: bytes
    hash: bytes
    line: str | None

    def __str__(self) -> str:
        return f"{TABLES.get(self.kind, self.kind)} {self.subject_id} (n° {self.seq})"


def digest(kind: str, line: str) -> bytes:
    """What a row says, in 32 bytes."""
    return sha256(f"{kind}\n{line}".encode()).digest()


def link(previous: bytes, content: bytes) -> bytes:
    """The hash of a seal from the one before it and the digest of its row."""
    return sha256(previous + content).digest()


def day_seal(head: bytes, day: date) -> str:
    """What members keep of a day: the head at its end, blinded, in hexadecimal.

    It is another one each day even when nothing happened, and so tells nothing of what did.
    """
    return sha256(head + day.isoformat().encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class NotedSeal:
    """A seal noted earlier: ``SEQ:HASH`` as `grappe check` prints it, or ``DAY:HASH``."""

    at: int | date
    hash: str

    @classmethod
    def read(cls, text: str) -> "NotedSeal":
        """The seal that a person typed; raises BadSeal."""
        at, _, hashed = text.strip().lower().rpartition(":")
        try:
            if len(bytes.fromhex(hashed)) != len(GENESIS):
                raise BadSeal
            return cls(int(at) if at.isdecimal() else date.fromisoformat(at), hashed)
        except ValueError:
            raise BadSeal from None

    def is_of(self, seq: int, head: bytes) -> bool:
        """Whether the chain had this seal when it ended there."""
        if isinstance(self.at, int):
            return seq == self.at and head.hex() == self.hash
        return day_seal(head, self.at) == self.hash

    def __str__(self) -> str:
        return f"n° {self.at}" if isinstance(self.at, int) else f"{self.at:%d/%m/%Y}"


class Walk:
    """Follows a chain from its beginning and says what does not hold; keeps the last seal only."""

    def __init__(self, noted: NotedSeal | None = None) -> None:
        self.seq = 0
        self.hash = GENESIS
        self._last: Seal | None = None
        self._noted = noted
        self._recognised = noted is None or noted.is_of(0, GENESIS)

    def step(self, seal: Seal) -> Iterator[str]:
        """What is wrong with the next seal."""
        if seal.line is None:
            yield f"{seal} : supprimée"
        elif digest(seal.kind, seal.line) != seal.digest:
            yield f"{seal} : modifiée"
        if seal.seq != self.seq + 1:
            yield f"n° {self.seq + 1} à {seal.seq - 1} : sceaux supprimés"
        elif link(self.hash, seal.digest) != seal.hash:
            before = f"{self._last}" if self._last else "le début"
            yield f"{seal} : ne suit pas {before}, l'un des deux a été refait ou déplacé"
        # After a fault the stored hash goes on, so that one touched row is one fault.
        self.seq, self.hash, self._last = seal.seq, seal.hash, seal
        if self._noted and not self._recognised:
            self._recognised = self._noted.is_of(seal.seq, seal.hash)

    def close(self, head: tuple[int, bytes] | None) -> Iterator[str]:
        """What is wrong with the end, given the stored head."""
        last = f"{self._last}" if self._last else "rien"
        seq, hashed = head or (0, GENESIS)
        if seq != self.seq:
            yield f"audit_head : la chaîne devrait finir au n° {seq}, elle finit par {last}"
        elif hashed != self.hash:
            yield f"audit_head : n'est pas le sceau de {last}, l'un des deux a été refait"
        if not self._recognised:
            yield f"le sceau noté ({self._noted}) n'est pas dans la chaîne : coupée ou refaite"
