"""Whoever presented a company may take the candidacy back while it is open.

Revision 0025, after 0024.
"""

from alembic import op

from app.infra.db.walls import ACTIVE, SERVING

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

COORDINATED = "(SELECT app.coordinates())"
PRESENTED = "presented_for = app.member()"


def _check(name: str, rule: str) -> None:
    op.execute(f"ALTER TABLE candidacy DROP CONSTRAINT ck_candidacy_{name}")
    op.execute(f"ALTER TABLE candidacy ADD CONSTRAINT ck_candidacy_{name} CHECK ({rule})")


def _states(*states: str, counted: str) -> None:
    names = ", ".join(f"'{one}'" for one in states)
    _check("state", f"state IN ({names})")
    _check(
        "counted_whole",
        "num_nulls(votes_for, votes_against, abstentions, electorate)"
        f" = CASE WHEN admission = 'vote' AND {counted} THEN 0 ELSE 4 END",
    )


def upgrade() -> None:
    """One more end, without a count; the company that presented it may write that one alone."""
    _states("open", "admitted", "refused", "withdrawn", counted="state IN ('admitted', 'refused')")
    op.execute(
        f"ALTER POLICY visible ON candidacy WITH CHECK ({COORDINATED} OR ({PRESENTED}"
        f" AND (state = 'withdrawn' OR (state = 'open' AND {ACTIVE}))))"
    )
    op.execute(
        "ALTER POLICY coordinated ON candidacy"
        f" USING ({COORDINATED} OR (state = 'open' AND {PRESENTED}))"
        f" WITH CHECK ({COORDINATED} OR (state = 'withdrawn' AND {PRESENTED}))"
    )
    op.execute(
        f"CREATE POLICY begins ON candidacy AS RESTRICTIVE FOR INSERT TO {SERVING}"
        " WITH CHECK (state = 'open')"
    )


def downgrade() -> None:
    """What was taken back reads as refused, without a vote for or against: ballots only grow."""
    op.execute("DROP POLICY begins ON candidacy")
    _check("counted_whole", "true")
    op.execute(
        "UPDATE candidacy SET votes_for = 0, votes_against = 0, abstentions = 0, electorate = 0"
        " WHERE state = 'withdrawn' AND admission = 'vote'"
    )
    op.execute("UPDATE candidacy SET state = 'refused' WHERE state = 'withdrawn'")
    _states("open", "admitted", "refused", counted="state <> 'open'")
    op.execute("DROP POLICY coordinated ON candidacy")
    op.execute(
        f"CREATE POLICY coordinated ON candidacy AS RESTRICTIVE FOR UPDATE TO {SERVING}"
        f" USING ({COORDINATED})"
    )
    op.execute(
        "ALTER POLICY visible ON candidacy"
        f" WITH CHECK ({COORDINATED} OR (state = 'open' AND {PRESENTED} AND {ACTIVE}))"
    )
