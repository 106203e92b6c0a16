"""Settings of sign-in: how long it lasts, and who else may vouch for people."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from app.settings.installation import Installation
from app.settings.values import Site


class SignInSettings(Installation):
    """Sessions, and single sign-on."""

    session_hours: int = Field(
        12, ge=1, le=720, description="Life of a session without a renewal, in hours."
    )
    session_days: int = Field(
        14, ge=1, le=365, description="Life of a session with all its renewals, in days."
    )
    oidc_issuer: Site | None = Field(
        None, description="OpenID Connect provider for single sign-on; off when not set."
    )
    oidc_client_id: str | None = Field(None, description="Our name at that provider.")
    oidc_client_secret: SecretStr | None = Field(None, description="Our secret there.")
    oidc_name: str = Field(
        "Compte de l'organisation", max_length=60, description="What people call the provider."
    )

    @model_validator(mode="after")
    def _sign_in_safe(self) -> Self:
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret):
            raise ValueError("GRAPPE_OIDC_ISSUER needs GRAPPE_OIDC_CLIENT_ID and _CLIENT_SECRET")
        if not (self.production and self.oidc_issuer):
            return self
        if not (self.public_url and self.oidc_issuer.startswith("https://")):
            raise ValueError("GRAPPE_OIDC_ISSUER is https:// in production, and needs a public URL")
        return self
