"""Background entry points of certificates: files that no certificate names any more."""

import procrastinate

from app.certificates import service
from app.infra.sweeping import sweep_files

blueprint = procrastinate.Blueprint()


@blueprint.task(name="certificates.sweep", queueing_lock="certificates.sweep")
async def sweep(timestamp: int) -> None:  # noqa: ARG001
    """Forget the files that no certificate names, or one that was withdrawn long ago."""
    await sweep_files(service.PREFIX, service.files_to_keep)
