"""The public register of companies, imitated by a real HTTP server on the loopback."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.loopback import Loopback, send

Answer = Callable[[BaseHTTPRequestHandler], None]


def result(siren: str, **fields: object) -> dict[str, Any]:
    """A company in the register's shape."""
    return {
        "siren": siren,
        "nom_complet": "SCENE OUVERTE (SO)",
        "nom_raison_sociale": "SCENE OUVERTE",
        "nature_juridique": "5710",
        "etat_administratif": "A",
        "siege": {
            "siret": None,
            "adresse": "3 RUE DE LA VILLE 42000 SAINT-ETIENNE",
            "libelle_commune": "SAINT-ETIENNE",
            "code_postal": "42000",
        },
        "finances": {"2024": {"ca": 1_000_000, "resultat_net": -3.5}},
        **fields,
    }


def page(body: bytes, status: int = 200, **headers: str) -> Answer:
    """An answer of these bytes."""

    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        send(handler, body, status, named)

    return answer


def found(*results: dict[str, Any]) -> Answer:
    """An answer of these companies."""
    body = json.dumps({"results": results, "total_results": len(results)}).encode()
    return page(body, Content_Type="application/json")


def dripping(seconds: float) -> Answer:
    """A byte every tenth of a second, for so long."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)

    return answer


class PublicRegister(Loopback):
    """Answers every search as ``answer`` says, and keeps the addresses that were asked."""

    def __init__(self) -> None:
        super().__init__()
        self.answer: Answer = found()
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.user_agent = ""
        self.reached = threading.Event()

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one search."""
        parts = urlsplit(handler.path)
        self.asked.append((parts.path, parse_qs(parts.query)))
        self.user_agent = handler.headers["User-Agent"]
        self.reached.set()
        self.answer(handler)
