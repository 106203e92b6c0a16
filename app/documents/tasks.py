"""Background entry points of documents: files that none names."""

import procrastinate

from app.documents import service
from app.infra.sweeping import sweep_files

blueprint = procrastinate.Blueprint()


@blueprint.task(name="documents.sweep", queueing_lock="documents.sweep")
async def sweep(timestamp: int) -> None:  # noqa: ARG001
    """Forget the files that neither a document nor a signature names."""
    await sweep_files(service.PREFIX, service.files_to_keep)
