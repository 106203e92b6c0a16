"""The tenant over HTTP, by noun."""

from app.clusters.endpoints.candidacies import router as candidacies
from app.clusters.endpoints.cluster import router as cluster
from app.clusters.endpoints.links import router as links
from app.clusters.endpoints.members import router as members
from app.clusters.endpoints.standings import router as standings

ROUTERS = (cluster, members, standings, links, candidacies)
