"""Nothing leaves the machine that the operator did not turn on."""

import json
import os
import subprocess
import sys

from app.settings import Settings
from tests.test_server import urls

WATCHED = """
import asyncio, json, socket, sys

went = []

def watch(event, arguments):
    if event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        went.append([event, repr(arguments)])
    elif event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        if arguments[0].family != socket.AF_UNIX:
            went.append([event, repr(arguments[1:])])

sys.addaudithook(watch)

import httpx
import app.commands.serve
from app.main import create_app
from app.settings import Settings

PATHS = ("/", "/docs", "/docs/start.js", "/docs/assets/swagger-ui-bundle.js", "/openapi.json",
         "/healthz", "/readyz", "/metrics", "/v1/me", "/v1/notices", "/nowhere")

async def main():
    app = create_app(Settings())
    statuses = {}
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            for path in PATHS:
                statuses[path] = (await client.get(path)).status_code
            body = {"email": "nobody@example.org", "password": "x" * 20}
            statuses["sign-in"] = (await client.post("/v1/sessions", json=body)).status_code
    print(json.dumps({"went": went, "statuses": statuses}), file=sys.stderr)

asyncio.run(main())
"""


def test_import_start_and_first_requests_speak_to_the_database_alone(settings: Settings) -> None:
    environment = {**os.environ, **urls(settings), "GRAPPE_LOG_LEVEL": "error"}
    ran = subprocess.run(
        [sys.executable, "-c", WATCHED],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stderr.splitlines()[-1])
    assert seen["statuses"]["/readyz"] == 200
    assert seen["statuses"]["sign-in"] == 401
    assert seen["went"] == []
