"""Settings of work: what is done in the background, and asked of other services."""

from pydantic import Field

from app.settings.installation import Installation
from app.settings.values import Site


class WorkSettings(Installation):
    """Jobs, and what leaves the machine."""

    worker: bool = Field(
        True, description="Whether `grappe serve` starts a job worker as its child process."
    )
    worker_concurrency: int = Field(
        4,
        ge=1,
        le=64,
        description=(
            "Jobs that one worker runs at once; imports from sources have as many places of"
            " their own."
        ),
    )
    contact: str = Field(
        "https://example.org/grappe",
        max_length=200,
        description="Address or page in the User-Agent of what leaves (watch imports, company "
        "search), so that a source can reach its client's operator.",
    )
    company_search_url: Site | None = Field(
        None,
        description="Public register of companies, such as "
        "`https://recherche-entreprises.api.gouv.fr`: completes a company by its SIREN. Off "
        "without it.",
    )
