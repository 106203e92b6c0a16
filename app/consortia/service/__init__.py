"""Use cases of a joint answer, split by noun."""

from app.consortia.service.agreements import approve, propose, record_approval, withdraw_agreement
from app.consortia.service.changes import change_composition, record_failure
from app.consortia.service.composition import form, invite
from app.consortia.service.conflicts import mind_wins
from app.consortia.service.dossiers import Dossier, dossier, led, signing_party
from app.consortia.service.execution import (
    Standing,
    close,
    opened,
    run,
    sign,
    speak,
    won_award,
)
from app.consortia.service.forms import change_form
from app.consortia.service.mandates import end_mandate, give_mandate, undertake
from app.consortia.service.outcomes import award, reverse_award
from app.consortia.service.parties import (
    accept_invitation,
    refuse_invitation,
    withdraw_party,
)
from app.consortia.service.people import end_naming, name_person
from app.consortia.service.reading import concerned, view
from app.consortia.service.receipts import record_receipt, reverse_receipt
from app.consortia.service.reminders import (
    Reminder,
    ending_mandates,
    lapsing_certificates,
    reminder,
)
from app.consortia.service.rounds import apply, open_round
from app.consortia.service.solo_bids import record_solo_bid, withdraw_solo_bid
from app.consortia.service.splits import write_split
from app.consortia.service.submissions import submit
from app.consortia.service.successions import offer_succession, take_succession
from app.consortia.service.walls import decide_wall, withdraw_decision
from app.consortia.service.withdrawals import withdraw_consortium

__all__ = [
    "Dossier",
    "Reminder",
    "Standing",
    "accept_invitation",
    "apply",
    "approve",
    "award",
    "change_composition",
    "change_form",
    "close",
    "concerned",
    "decide_wall",
    "dossier",
    "end_mandate",
    "end_naming",
    "ending_mandates",
    "form",
    "give_mandate",
    "invite",
    "lapsing_certificates",
    "led",
    "mind_wins",
    "name_person",
    "offer_succession",
    "open_round",
    "opened",
    "propose",
    "record_approval",
    "record_failure",
    "record_receipt",
    "record_solo_bid",
    "refuse_invitation",
    "reminder",
    "reverse_award",
    "reverse_receipt",
    "run",
    "sign",
    "signing_party",
    "speak",
    "submit",
    "take_succession",
    "undertake",
    "view",
    "withdraw_agreement",
    "withdraw_consortium",
    "withdraw_decision",
    "withdraw_party",
    "withdraw_solo_bid",
    "won_award",
    "write_split",
]
