"""The routers under /v1, on one page."""

from app.alerts.calendars.endpoints import router as calendars
from app.alerts.digests.endpoints import router as digests
from app.alerts.feeds.endpoints import router as feeds
from app.alerts.inbox.endpoints import router as inbox
from app.calls.endpoints import router as calls
from app.certificates.endpoints import files as certificate_files
from app.certificates.endpoints import router as certificates
from app.clusters.endpoints import ROUTERS as CLUSTERS
from app.concessions.endpoints import router as concessions
from app.concessions.version_endpoints import router as concession_versions
from app.consortia.endpoints import router as consortia
from app.consortia.life_endpoints import router as lives
from app.consortia.outcome_endpoints import router as outcomes
from app.consortia.party_endpoints import router as parties
from app.consortia.readiness_endpoints import router as readiness
from app.consortia.solo_endpoints import router as solo_bids
from app.consortia.split_endpoints import router as splits
from app.consortia.trail_endpoints import router as trails
from app.consortia.wall_endpoints import decisions
from app.consortia.wall_endpoints import people as named_people
from app.contracts.account_endpoints import router as joint_accounts
from app.contracts.endpoints import router as contracts
from app.contracts.invoice_endpoints import router as invoices
from app.contributions.endpoints import router as contributions
from app.documents.clause_endpoints import choices as clause_choices
from app.documents.clause_endpoints import library as clauses
from app.documents.endpoints import files as document_files
from app.documents.endpoints import router as documents
from app.fees.endpoints import router as fees
from app.flows.endpoints import router as flows
from app.flows.run_endpoints import router as charge_runs
from app.infra.http.deps import scopes_of
from app.journal.endpoints import router as journal
from app.ledger.chart.endpoints import router as chart
from app.ledger.closings.endpoints import router as closings
from app.ledger.endpoints import router as ledger
from app.ledger.exports.endpoints import router as exports
from app.people.invitations.endpoints import router as invitations
from app.people.memberships.endpoints import router as people
from app.people.passwords.endpoints import router as passwords
from app.people.second_factor.endpoints import router as second_factors
from app.people.sessions.endpoints import router as sessions
from app.people.single_sign_on.endpoints import router as single_sign_on
from app.people.tokens.endpoints import router as tokens
from app.searches.endpoints import previews
from app.searches.endpoints import router as searches
from app.searches.match_endpoints import router as matches
from app.statements.endpoints import router as statements
from app.tenders.endpoints import router as tenders
from app.watch.codes.endpoints import router as codes
from app.watch.contracts.endpoints import router as renewals
from app.watch.endpoints import router as watch
from app.watch.groups.endpoints import router as pairs

ROOMS = (
    # What is asked most stands first: a request tries the rooms in turn, some 3 µs a route.
    watch,
    tenders,
    consortia,
    splits,
    matches,
    inbox,
    sessions,
    passwords,
    second_factors,
    single_sign_on,
    tokens,
    invitations,
    people,
    *CLUSTERS,
    pairs,
    certificates,
    certificate_files,
    codes,
    searches,
    previews,
    renewals,
    parties,
    named_people,
    lives,
    readiness,
    outcomes,
    solo_bids,
    contracts,
    invoices,
    concessions,
    concession_versions,
    joint_accounts,
    decisions,
    trails,
    documents,
    document_files,
    clause_choices,
    clauses,
    contributions,
    flows,
    charge_runs,
    fees,
    calls,
    statements,
    ledger,
    chart,
    closings,
    exports,
    journal,
    digests,
    calendars,
    feeds,
)


ROUTES = [route for room in ROOMS for route in room.routes]
"""As they are made at import. To include the routers would make each anew, for each app: a fifth
of a second of its first requests, and one more walk of every request."""


TAGS = [
    {"name": "sessions", "description": "Sign in and out; who the caller is."},
    {"name": "people", "description": "Who is in the cluster, who is asked in, who goes."},
    {"name": "tokens", "description": "What programs sign in with, and what each may do."},
    {"name": "cluster", "description": "The body that gathers the companies."},
    {"name": "members", "description": "Its companies: admission, standing, identity."},
    {"name": "candidacies", "description": "Companies that would join, and the votes on them."},
    {"name": "certificates", "description": "What companies prove, and until when it holds."},
    {"name": "sources", "description": "Where notices come from, and how fresh they are."},
    {"name": "notices", "description": "What was published: search, lots, deadlines, versions."},
    {"name": "codes", "description": "What CPV and NUTS codes mean; French areas."},
    {"name": "saved-searches", "description": "What is watched for, what was found, and why."},
    {"name": "renewals", "description": "Contracts that end, and when their call is likely."},
    {"name": "tenders", "description": "What the cluster follows, and who would take what."},
    {"name": "consortia", "description": "Joint answers: split, agreement, bid, award, receipts."},
    {"name": "documents", "description": "What joint answers sign: clauses, PDF, signed files."},
    {"name": "contracts", "description": "What was won, carried out: orders, amendments, money."},
    {"name": "concessions", "description": "What a DSP adds: terms, forecast, years, reports."},
    {"name": "walls", "description": "Who is let into rival consortia, by decision."},
    {"name": "contributions", "description": "What each owes the cluster, and its payments."},
    {"name": "flows", "description": "Invoices between members, said by both sides."},
    {"name": "fees", "description": "Headcounts declared, and yearly fees by them."},
    {"name": "calls", "description": "What the cluster invoices its members, numbered."},
    {"name": "statements", "description": "What a company owed, paid and owes, line by line."},
    {"name": "ledger", "description": "The cluster's books: accounts, entries, closings."},
    {"name": "audit", "description": "Who did what, when, from where; and the seal to keep."},
    {"name": "alerts", "description": "What one should know; and how one is told by mail."},
    {"name": "calendars", "description": "Private addresses for calendar programs: no price."},
    {"name": "feeds", "description": "Private addresses for feed readers: no price of ours."},
    {"name": "operations", "description": "For orchestrators."},
]

SCOPES = scopes_of(ROUTES)
"""What a program's token may be made for."""
