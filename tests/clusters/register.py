"""The public register of companies, imitated by a real HTTP server on the loopback."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

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

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

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


class PublicRegister:
    """Answers every search as ``answer`` says, and keeps the addresses that were asked."""

    def __init__(self) -> None:
        self.answer: Answer = found()
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.user_agent = ""
        self.reached = threading.Event()
        register = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                register.asked.append((parts.path, parse_qs(parts.query)))
                register.user_agent = self.headers["User-Agent"]
                register.reached.set()
                # Who asked hangs up, as it should.
                with suppress(BrokenPipeError, ConnectionResetError):
                    register.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
