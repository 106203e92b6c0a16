"""Settings of the watch: how long what imports leave behind is kept."""

from pydantic import Field

from app.settings.installation import Installation


class WatchSettings(Installation):
    """Days; each night what is older goes."""

    keep_runs_days: int = Field(
        90, ge=7, le=3650, description="Days that an import and what it set aside are kept."
    )
    keep_raw_days: int = Field(
        365,
        ge=7,
        le=36500,
        description="Days that a notice's former versions keep the source's own words; what was "
        "read of them stays, and the current version keeps both.",
    )
