"""Serving the door's pages, under a policy that lets scripts come from here alone."""

from html import escape
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles

from app.settings import Settings

PAGES = ("/sign-in", "/invitation", "/password-reset", "/account")
HERE = Path(__file__).with_suffix("")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SINGLE_SIGN_ON = ' · <a href="/v1/single-sign-on">Se connecter par « {name} »</a>'


def add_door(app: FastAPI, settings: Settings) -> None:
    """Serve the pages; whoever comes to the front door is led to their account."""
    app.mount("/door", StaticFiles(directory=HERE), name="door")
    provider = (
        SINGLE_SIGN_ON.format(name=escape(settings.oidc_name)) if settings.oidc_issuer else ""
    )
    shown = (HERE / "door.html").read_text(encoding="utf-8").replace("<!-- provider -->", provider)

    async def page() -> HTMLResponse:
        return HTMLResponse(shown, headers={"Content-Security-Policy": POLICY})

    async def front_door() -> RedirectResponse:
        return RedirectResponse("/account")

    for path in PAGES:
        app.get(path, include_in_schema=False)(page)
    app.get("/", include_in_schema=False)(front_door)
