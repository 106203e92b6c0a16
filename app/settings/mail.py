"""Settings of mail: who takes it, and whom it is from."""

from email.headerregistry import Address
from typing import Self

from pydantic import Field, model_validator

from app.kernel.mail import MailServer, read_sender, read_server
from app.settings.installation import Installation
from app.settings.values import MailUrl, Sender


class MailSettings(Installation):
    """Mail that goes out."""

    smtp_url: MailUrl | None = Field(
        None,
        description="Mail server, `smtp://user:password@host:587` (STARTTLS required beyond this "
        "machine) or `smtps://…:465`. Without it, mails are files in the data folder.",
    )
    mail_from: Sender = Field(
        "Grappe <grappe@localhost>", max_length=320, description="Sender of the service's mails."
    )

    @model_validator(mode="after")
    def _mail_safe(self) -> Self:
        if not (self.production and self.smtp_url):
            return self
        if self.public_url is None:
            raise ValueError("GRAPPE_PUBLIC_URL is required beside GRAPPE_SMTP_URL in production")
        if self.mail_sender().domain == "localhost":
            raise ValueError("GRAPPE_MAIL_FROM is required beside GRAPPE_SMTP_URL in production")
        return self

    def mail_server(self) -> MailServer | None:
        """Who takes our mail, if anyone does."""
        return read_server(self.smtp_url.get_secret_value()) if self.smtp_url else None

    def mail_sender(self) -> Address:
        """Who our mail is from."""
        return read_sender(self.mail_from)
