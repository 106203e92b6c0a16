"""Settings of what people upload: how much, and where it lies."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from app.settings.installation import Installation

MAX_FILE_BYTES = 104_857_600


class FileSettings(Installation):
    """Uploaded files: in the data folder, or in S3-compatible storage when a bucket is named."""

    max_file_bytes: int = Field(
        10_485_760, ge=1024, le=MAX_FILE_BYTES, description="Largest uploaded file, in bytes."
    )
    file_timeout_seconds: float = Field(
        300.0, gt=0, le=3600, description="Time that an upload may take, in seconds; then 408."
    )
    s3_bucket: str | None = Field(
        None,
        pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        description="Bucket of an S3-compatible storage for uploaded files; the folder `files` of "
        "the data folder when not set.",
    )
    s3_endpoint: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#]+$",
        description="Address of the storage; Amazon's own when not set.",
    )
    s3_region: str = Field("eu-west-3", max_length=60, description="Region of the bucket.")
    s3_access_key: SecretStr | None = Field(None, description="Key id to the bucket.")
    s3_secret_key: SecretStr | None = Field(None, description="Secret key to the bucket.")

    @model_validator(mode="after")
    def _files_safe(self) -> Self:
        keys = (self.s3_access_key, self.s3_secret_key)
        if self.s3_bucket is not None and None in keys:
            raise ValueError("GRAPPE_S3_BUCKET needs GRAPPE_S3_ACCESS_KEY and GRAPPE_S3_SECRET_KEY")
        plain = self.s3_endpoint is not None and not self.s3_endpoint.startswith("https://")
        if self.production and plain:
            raise ValueError("GRAPPE_S3_ENDPOINT is https:// in production: files are private")
        return self
