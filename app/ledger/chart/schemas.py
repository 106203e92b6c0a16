"""Shapes of the chart of accounts on the wire."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.infra.http.schemas import In, Out, ShortText
from app.ledger.chart.domain import DEFAULTS, AccountRole, Chart, Named

Code = Annotated[str, StringConstraints(pattern="^[1-9][0-9]{2,19}$")]


class NamedIn(In):
    """An account as it is exported."""

    code: Code = Field(examples=["411000"])
    label: ShortText = Field(examples=["Membres"])


class ChartIn(In):
    """A version of the chart; an account that is not named has its default."""

    siren: Annotated[str, StringConstraints(pattern="^[0-9]{9}$")] | None = Field(
        None, description="Of the cluster itself; names the FEC.", examples=["732829320"]
    )
    first_month: int = Field(1, ge=1, le=12, strict=True, description="Of the fiscal year.")
    accounts: dict[AccountRole, NamedIn] = Field(
        max_length=len(AccountRole),
        examples=[{"receivable": {"code": "411000", "label": "Membres"}}],
    )

    def chart(self, version: int) -> Chart:
        """What the use case takes; ``version`` is the one that was read."""
        said = {role: Named(one.code, one.label) for role, one in self.accounts.items()}
        return Chart(version, self.siren, self.first_month, {**DEFAULTS, **said})


class NamedOut(Out):
    """An account as it is exported."""

    code: str = Field(examples=["411"])
    label: str


class ChartOut(Out):
    """The chart of accounts in force."""

    version: int = Field(description="0: the default one, which nobody has written.")
    siren: str | None
    first_month: int
    accounts: dict[AccountRole, NamedOut]
