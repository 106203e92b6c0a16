"""What a running contract refuses. Articles are those of the Code de la commande publique."""

from app.kernel.errors import Conflict, Forbidden, Invalid


class ContractExists(Conflict):
    """One contract per won lot: each lot is a contract (L2113-10)."""

    code = "contract_exists"
    title = "Le marché de ce lot est déjà enregistré (CCP L2113-10 : un lot, un marché)."


class MaximumMissing(Invalid):
    """A framework has a maximum (L2125-1 1°, R2162-4; CJEU 17/6/2021 C-23/20)."""

    code = "maximum_missing"
    title = (
        "Ce lot a été attribué sans montant : un accord-cadre a un maximum (CCP R2162-4, "
        "L2125-1 ; CJUE 17/6/2021, C-23/20)."
    )


class MaximumUnexpected(Invalid):
    """A lot that was awarded for an amount is no framework."""

    code = "maximum_unexpected"
    title = (
        "Ce lot a été attribué pour un montant : un maximum est celui d'un accord-cadre, attribué "
        "sans montant (CCP R2162-4)."
    )


class FormUnjustified(Invalid):
    """A buyer may impose a form after the award, if its documents justify it (R2142-22)."""

    code = "form_unjustified"
    title = (
        "La forme diffère de celle de l'offre : l'acheteur ne l'impose après l'attribution que si "
        "elle est nécessaire à la bonne exécution et justifiée dans les documents (CCP R2142-22, "
        "R3123-10). Donnez cette justification."
    )


class FormNotTaken(Invalid):
    """The contract's form is what its documents impose, or what the group undertook to take."""

    code = "form_not_taken"
    title = (
        "La forme du marché n'est pas celle que l'acheteur impose, ou que le groupement s'est "
        "engagé à prendre (CCP R2142-22, R2142-24)."
    )


class JointAccountUnexpected(Invalid):
    """Who is bound to its part alone is paid directly (R2142-20; CCAG-FCS 12.1)."""

    code = "joint_account_unexpected"
    title = (
        "Un groupement conjoint est payé sur des comptes séparés : chacun n'est engagé que pour sa "
        "part (CCP R2142-20). Le compte joint est celui d'un groupement solidaire."
    )


class ContractClosed(Conflict):
    """What is over is not changed."""

    code = "contract_closed"
    title = "Le marché est terminé : il ne se modifie plus (CCP R2194-1 : en cours d'exécution)."


class NotFramework(Conflict):
    """Orders are placed under a framework (R2162-13)."""

    code = "not_framework"
    title = (
        "Ce marché n'est pas un accord-cadre : il ne s'exécute pas par bons de commande (R2162-13)."
    )


class OrderExists(Conflict):
    """A number, an order."""

    code = "order_exists"
    title = "Un bon de commande porte déjà ce numéro (CCP R2162-13)."


class BeyondMaximum(Conflict):
    """Once its maximum is reached a framework is spent (L2125-1; CJEU 17/6/2021 C-23/20)."""

    code = "beyond_maximum"
    title = "Les commandes dépasseraient le maximum de l'accord-cadre (CCP R2162-4, L2125-1)."


class PartsNotExact(Invalid):
    """Parts sum to the whole, to the cent (R2142-20, DOMAIN 5.2)."""

    code = "parts_not_exact"
    title = "Les parts doivent faire exactement le total, au centime (CCP R2142-20)."


class BeyondLowAmount(Conflict):
    """Cumulated, under 10 % or 15 % and under the European threshold (R2194-8, R3135-8)."""

    code = "beyond_low_amount"
    title = (
        "Ces modifications ne sont plus de faible montant (CCP R2194-8, R3135-8 : moins de 10 % "
        "du montant initial, 15 % pour des travaux, et moins que le seuil européen, cumulées)."
    )


class BeyondHalf(Conflict):
    """Additional work, or the unforeseen: each up to half of the amount (R2194-3, R3135-3)."""

    code = "beyond_half"
    title = "Une telle modification ne dépasse pas 50 % du montant initial (CCP R2194-3, R3135-3)."


class BelowNothing(Conflict):
    """No amendment takes away more than there is."""

    code = "below_nothing"
    title = "Le montant, le maximum ou une part passerait sous zéro, ou sous ce qui est commandé."


class BelowInvoiced(Conflict):
    """What was approved is owed for work that was done: no change of parts takes it away."""

    code = "below_invoiced"
    title = "Une part passerait sous ce que l'entreprise a déjà facturé et fait approuver."


class AlreadyReversed(Conflict):
    """Taken back once, and a reversal never."""

    code = "already_reversed"
    title = "C'est déjà annulé, ou c'est soi-même une annulation."


class NotSettled(Conflict):
    """A contract ends when nothing hangs: all that does is told at once."""

    code = "not_settled"
    title = "Le marché ne peut pas encore être clos."


class AlreadyClosed(Conflict):
    """It ends once."""

    code = "already_closed"
    title = "Le marché est déjà terminé."


class NotInContract(Invalid):
    """Only a holder of the contract has a part in it (R2142-20)."""

    code = "not_in_contract"
    title = (
        "Cette entreprise n'est pas titulaire du marché : elle n'y a pas de part (CCP R2142-20)."
    )


class InvoiceExists(Conflict):
    """A party numbers its invoices once each (CGI annexe II, article 242 nonies A)."""

    code = "invoice_exists"
    title = "Cette entreprise a déjà une facture de ce numéro (CGI, annexe II, art. 242 nonies A)."


class InvoiceUnclear(Invalid):
    """An invoice says what it bills (R2192-10; CGI annexe II, article 242 nonies A)."""

    code = "invoice_unclear"
    title = "Cette facture n'est pas cohérente."


class InvoicedBeyondPart(Conflict):
    """More is billed than the part: an amendment is missing, or it is confirmed."""

    code = "invoiced_beyond_part"
    title = "Le total facturé dépasserait la part de l'entreprise."


class PenaltyIsLeads(Forbidden):
    """The lead assigns a penalty to the party that caused it (R2142-24)."""

    code = "penalty_is_leads"
    title = "Seul le mandataire affecte une pénalité à une entreprise (CCP R2142-24)."


class InvoiceDecided(Conflict):
    """An invoice is approved or refused once; a new one answers a refusal."""

    code = "invoice_decided"
    title = "Cette facture a déjà été approuvée, refusée ou annulée : présentez-en une nouvelle."


class NotApproved(Conflict):
    """The lead checks what is billed before it is paid (R2142-24)."""

    code = "not_approved"
    title = "Seule une facture approuvée, et non annulée, est payée (CCP R2142-24)."


class BeyondApproved(Conflict):
    """Never above what is approved, unless that is confirmed."""

    code = "beyond_approved"
    title = "Davantage serait payé que ce qui est approuvé."


class InvoicePaid(Conflict):
    """Money came in on it: that is taken back first."""

    code = "invoice_paid"
    title = "De l'argent est arrivé pour cette facture : annulez-en d'abord les encaissements."


class NoJointAccount(Conflict):
    """The buyer pays each party directly (R2142-20)."""

    code = "no_joint_account"
    title = "Ce marché est payé sur des comptes séparés : pas de compte joint (CCP R2142-20)."


class AccountShort(Conflict):
    """What did not come in does not go out."""

    code = "account_short"
    title = "Le compte joint ne porte pas ce montant pour cette facture."


class AccountReceiptExists(Conflict):
    """The same transfer of the buyer is entered once (DOMAIN 5.7)."""

    code = "account_receipt_exists"
    title = "Ce paiement de l'acheteur est déjà enregistré sous cette référence."
