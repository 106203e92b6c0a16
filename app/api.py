"""The routers under /v1, on one page."""

from fastapi import APIRouter

import app.journal.models  # noqa: F401 - maps its tables
from app.clusters.endpoints import router as clusters
from app.consortia.endpoints import router as consortia
from app.contributions.endpoints import router as contributions
from app.ledger.endpoints import router as ledger
from app.tenders.endpoints import router as tenders
from app.watch.endpoints import router as watch

router = APIRouter(prefix="/v1")
router.include_router(clusters)
router.include_router(contributions)
router.include_router(ledger)
router.include_router(watch)
router.include_router(tenders)
router.include_router(consortia)
