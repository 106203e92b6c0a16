"""Public ids: every prefix of the product on one page."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from app.kernel.ids import decode, encode


@dataclass(frozen=True, slots=True)
class PublicId:
    """Reads ``con_<32 hex>`` into a UUID and writes it back."""

    prefix: str

    def __get_pydantic_core_schema__(
        self, _source: Any, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        read = core_schema.no_info_after_validator_function(
            lambda text: decode(self.prefix, text), core_schema.str_schema(max_length=48)
        )
        return core_schema.json_or_python_schema(
            json_schema=read,
            python_schema=core_schema.union_schema(
                [core_schema.is_instance_schema(UUID), read], mode="left_to_right"
            ),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda value: encode(self.prefix, value), return_schema=core_schema.str_schema()
            ),
        )

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": f"^{self.prefix}_[0-9a-f]{{32}}$",
            "minLength": len(self.prefix) + 33,
            "maxLength": len(self.prefix) + 33,
            "examples": [f"{self.prefix}_0197a3f02c5e7b1a9d40c8e65f3a2b10"],
        }


ClusterId = Annotated[UUID, PublicId("clu")]
MemberId = Annotated[UUID, PublicId("mem")]
StandingId = Annotated[UUID, PublicId("std")]
MemberChangeId = Annotated[UUID, PublicId("chm")]
MemberLinkId = Annotated[UUID, PublicId("lnk")]
CertificateId = Annotated[UUID, PublicId("cer")]
CandidacyId = Annotated[UUID, PublicId("can")]
PersonId = Annotated[UUID, PublicId("per")]
MembershipId = Annotated[UUID, PublicId("msh")]
SessionId = Annotated[UUID, PublicId("ses")]
CalendarAddressId = Annotated[UUID, PublicId("cal")]
TokenId = Annotated[UUID, PublicId("tok")]
InvitationId = Annotated[UUID, PublicId("inv")]
NoticeId = Annotated[UUID, PublicId("not")]
ContractId = Annotated[UUID, PublicId("ctr")]
PairId = Annotated[UUID, PublicId("pai")]
ImportId = Annotated[UUID, PublicId("imp")]
SavedSearchId = Annotated[UUID, PublicId("ssr")]
MatchId = Annotated[UUID, PublicId("mat")]
TenderId = Annotated[UUID, PublicId("ten")]
LotId = Annotated[UUID, PublicId("lot")]
InterestId = Annotated[UUID, PublicId("int")]
SoloBidId = Annotated[UUID, PublicId("sol")]
ConsortiumId = Annotated[UUID, PublicId("con")]
PartyId = Annotated[UUID, PublicId("par")]
NamedId = Annotated[UUID, PublicId("nam")]
DecisionId = Annotated[UUID, PublicId("wde")]
DocumentId = Annotated[UUID, PublicId("doc")]
SignatureId = Annotated[UUID, PublicId("sig")]
AgreementId = Annotated[UUID, PublicId("agr")]
ApprovalId = Annotated[UUID, PublicId("app")]
MandateId = Annotated[UUID, PublicId("mdt")]
ApplicationId = Annotated[UUID, PublicId("apl")]
RoundId = Annotated[UUID, PublicId("rnd")]
FailureId = Annotated[UUID, PublicId("fai")]
ChangeId = Annotated[UUID, PublicId("cch")]
SuccessionId = Annotated[UUID, PublicId("suc")]
SubmissionId = Annotated[UUID, PublicId("sub")]
AwardId = Annotated[UUID, PublicId("awd")]
WithdrawalId = Annotated[UUID, PublicId("wdl")]
SignedContractId = Annotated[UUID, PublicId("sct")]
OrderId = Annotated[UUID, PublicId("ord")]
AmendmentId = Annotated[UUID, PublicId("amd")]
InvoiceId = Annotated[UUID, PublicId("ivc")]
InvoicePaymentId = Annotated[UUID, PublicId("ipy")]
AccountReceiptId = Annotated[UUID, PublicId("acr")]
ClosureId = Annotated[UUID, PublicId("clo")]
ReceiptId = Annotated[UUID, PublicId("rec")]
HeadcountId = Annotated[UUID, PublicId("hdc")]
PolicyId = Annotated[UUID, PublicId("pol")]
ChargeRunId = Annotated[UUID, PublicId("run")]
FlowId = Annotated[UUID, PublicId("flo")]
CallId = Annotated[UUID, PublicId("cll")]
ChargeId = Annotated[UUID, PublicId("chg")]
PaymentId = Annotated[UUID, PublicId("pay")]
AccountId = Annotated[UUID, PublicId("acc")]
TransactionId = Annotated[UUID, PublicId("txn")]
ClosingId = Annotated[UUID, PublicId("bkc")]
AlertId = Annotated[UUID, PublicId("alt")]
FeedAddressId = Annotated[UUID, PublicId("fad")]
EntryId = Annotated[UUID, PublicId("aud")]
