"""The routers under /v1, on one page."""

from fastapi import APIRouter

import app.journal.models  # noqa: F401 - maps its tables
from app.clusters.endpoints import router as clusters

router = APIRouter(prefix="/v1")
router.include_router(clusters)
