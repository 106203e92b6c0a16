"""The public register of French companies, asked by SIREN (API « Recherche d'entreprises »).

A convenience: whatever it does or fails to do blocks nobody. Off unless the operator names its
address; what leaves is a SIREN and the operator's contact.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx
import structlog
from stdnum.fr import siret as siret_number

from app.clusters.legal_forms import legal_form
from app.infra.http.strict import BadJson, read_json
from app.infra.outbound import Unusable, body_of, user_agent

log = structlog.get_logger()

SECONDS = 3.0
"""For the whole answer, the wait for a turn included."""

MAX_BYTES = 512 * 1024
AT_ONCE = 4
"""Requests in flight: the public service allows seven a second and address."""

MAX_TEXT = 200


class Found(StrEnum):
    """What the register had to say."""

    FOUND = "found"
    UNKNOWN = "unknown"
    SILENT = "silent"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class RegisteredCompany:
    """A company as the register knows it; ``active`` is false when it has ceased."""

    siren: str
    name: str
    siret: str | None
    legal_form: str | None
    city: str | None
    address: str | None
    active: bool


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What was found, and how to read that nothing was."""

    status: Found
    company: RegisteredCompany | None = None


class CompanySearch:
    """The register, or its absence when there is no client."""

    def __init__(self, client: httpx.AsyncClient | None = None, base_url: str = "") -> None:
        self._client = client
        self._url = base_url.rstrip("/") + "/search"
        self._turns = asyncio.Semaphore(AT_ONCE)

    @property
    def on(self) -> bool:
        """Whether the operator turned it on."""
        return self._client is not None

    async def find(self, siren: str) -> SearchAnswer:
        """Look a company up; ``siren`` is nine bare digits. Never raises for the register's sake.

        Call it while no database transaction is open: it may take ``SECONDS``.
        """
        if self._client is None:
            return SearchAnswer(Found.OFF)
        try:
            async with asyncio.timeout(SECONDS), self._turns:
                return _read(await self._ask(self._client, siren), siren)
        except (httpx.HTTPError, TimeoutError, BadJson, Unusable) as failure:
            log.warning("company_search_silent", reason=type(failure).__name__)
            return SearchAnswer(Found.SILENT)

    async def _ask(self, client: httpx.AsyncClient, siren: str) -> bytes:
        # Neither redirected nor unpacked: a small answer could lead, or grow, anywhere.
        async with client.stream("GET", self._url, params={"q": siren}) as response:
            if response.status_code != 200:
                raise Unusable
            return await body_of(response, MAX_BYTES)


@asynccontextmanager
async def open_company_search(base_url: str | None, contact: str) -> AsyncIterator[CompanySearch]:
    """The register at an address for the length of the context; off without one."""
    if base_url is None:
        yield CompanySearch()
        return
    headers = {
        "User-Agent": user_agent(contact),
        "Accept": "application/json",
        "Accept-Encoding": "identity",
    }
    async with httpx.AsyncClient(
        headers=headers, timeout=SECONDS, follow_redirects=False
    ) as client:
        yield CompanySearch(client, base_url)


def _read(body: bytes, siren: str) -> SearchAnswer:
    """The company of an answer; results of another SIREN are no answer to ours."""
    answer = read_json(body)
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(results, list):
        raise Unusable
    if not results:
        return SearchAnswer(Found.UNKNOWN)
    for result in results:
        if isinstance(result, dict) and result.get("siren") == siren:
            return SearchAnswer(Found.FOUND, _company(result, siren))
    raise Unusable


def _company(result: dict[str, Any], siren: str) -> RegisteredCompany:
    name = _text(result.get("nom_raison_sociale")) or _text(result.get("nom_complet"))
    if name is None:
        raise Unusable
    seat = result.get("siege")
    if not isinstance(seat, dict):
        seat = {}
    siret = _text(seat.get("siret"))
    if siret is not None and not (siret.startswith(siren) and siret_number.is_valid(siret)):
        siret = None
    return RegisteredCompany(
        siren=siren,
        name=name,
        siret=siret,
        legal_form=legal_form(result.get("nature_juridique")),
        city=_text(seat.get("libelle_commune")),
        address=_text(seat.get("adresse")),
        active=result.get("etat_administratif") != "C",
    )


def _text(value: object) -> str | None:
    """A short line of printable text, or None."""
    if not isinstance(value, str):
        return None
    line = "".join(sign for sign in " ".join(value.split()) if sign.isprintable())
    return line[:MAX_TEXT].strip() or None
