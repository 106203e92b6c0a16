"""Shapes of the cluster on the wire."""

from pydantic import Field

from app.clusters.domain import Admission, ClusterSettings, Language, Rule
from app.clusters.models import Cluster
from app.infra.http.ids import ClusterId
from app.infra.http.schemas import In, Out, ShortText


class VoteRule(In):
    """By what vote members admit a company."""

    quorum_bps: int = Field(
        ge=0,
        le=10_000,
        strict=True,
        description="Least share of the active members that must take part, abstentions included.",
        examples=[5_000],
    )
    majority_bps: int = Field(
        ge=5_000,
        le=10_000,
        strict=True,
        description="Least share of the votes for, of those for or against. A tie refuses; two "
        "thirds are 6666.",
        examples=[5_000],
    )
    days: int = Field(ge=1, le=90, strict=True, description="How long one may vote.", examples=[15])


class ClusterIn(In):
    """The cluster's settings, all of them."""

    name: ShortText = Field(examples=["La Grappe du Furan"])
    zone: ShortText = Field(examples=["Europe/Paris"], description="An IANA time zone.")
    language: Language
    admission: Admission = Field(description="Who decides that a company joins.")
    vote: VoteRule

    def settings(self) -> ClusterSettings:
        """What the use case takes."""
        return ClusterSettings(
            name=self.name,
            zone=self.zone,
            language=self.language,
            admission=self.admission,
            rule=Rule(self.vote.quorum_bps, self.vote.majority_bps),
            vote_days=self.vote.days,
        )


class ClusterOut(Out):
    """The caller's cluster."""

    id: ClusterId
    name: str
    slug: str
    zone: str = Field(examples=["Europe/Paris"])
    language: Language
    admission: Admission
    vote: VoteRule
    version: int = Field(description="The `ETag`: name it in `If-Match` to change the cluster.")


def cluster_out(cluster: Cluster) -> ClusterOut:
    """A cluster as it is shown."""
    return ClusterOut(
        id=cluster.cluster_id,
        name=cluster.name,
        slug=cluster.slug,
        zone=cluster.zone,
        language=Language(cluster.language),
        admission=Admission(cluster.admission),
        vote=VoteRule(
            quorum_bps=cluster.vote_quorum_bps,
            majority_bps=cluster.vote_majority_bps,
            days=cluster.vote_days,
        ),
        version=cluster.version,
    )
