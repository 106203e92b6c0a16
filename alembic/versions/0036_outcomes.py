"""What becomes of a bid: no award, a withdrawal, an outcome taken back, and the contract's life.

Revision 0036, after 0035.
"""

from alembic import op

from app.infra.db.walls import JOB, OVERSEEN_WHEN_WON, PARTY, SERVING, as_helper, wall

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

STATES_0004 = ("forming", "proposed", "agreed", "submitted", "won", "lost")
STATES = (*STATES_0004, "no_award", "signed", "running", "closed", "withdrawn")
MOVES_0015 = ("forming proposed", "proposed forming", "proposed agreed", "agreed forming")
MOVES_0015 += ("agreed submitted", "submitted won", "submitted lost")
MOVES = (
    *MOVES_0015,
    "submitted no_award",
    # Of several lots, a first may be lost and a second won; an outcome may be taken back.
    *(f"{state} submitted" for state in ("won", "lost", "no_award")),
    "won signed",
    "signed running",
    "running closed",
    *(f"{state} withdrawn" for state in ("forming", "proposed", "agreed", "submitted", "won")),
)
"""From which state to which a joint answer goes, each by its own act."""

STATE_MOVES = """
CREATE OR REPLACE FUNCTION app.state_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> OLD.state AND OLD.state || ' ' || NEW.state NOT IN
    ({})
  THEN
    RAISE EXCEPTION 'a joint answer does not go from %% to %%', OLD.state, NEW.state
    USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$
"""
WON = """
CREATE OR REPLACE FUNCTION app.won_consortia() RETURNS uuid[] STABLE SECURITY DEFINER
BEGIN ATOMIC
  SELECT ARRAY(
    SELECT c.id FROM public.consortium c
    WHERE c.cluster_id = app.cluster() AND c.state IN ({}) AND app.oversees());
END
"""
DETAILS = ("winner text", "score_hundredths bigint", "winner_score_hundredths bigint")
DETAILS += ("reason text", "reversed_at timestamptz", "reversed_by uuid", "reversal_reason text")
LED = "consortium_id IN (SELECT c.id FROM consortium c WHERE c.lead_member_id = app.member())"
SIGNED = "person_id = app.my_person()"
WITHDRAWAL = """
CREATE TABLE withdrawal (
  cluster_id uuid NOT NULL REFERENCES cluster, id uuid NOT NULL, consortium_id uuid NOT NULL,
  reason text NOT NULL CHECK (reason <> ''), person_id uuid NOT NULL,
  withdrawn_at timestamptz NOT NULL,
  PRIMARY KEY (cluster_id, id), FOREIGN KEY (cluster_id, consortium_id) REFERENCES consortium)
"""
REVERSED = "reversed_at, reversed_by, reversal_reason"
SCORES = ("score_hundredths", "winner_score_hundredths")


def quoted(words: tuple[str, ...]) -> str:
    """SQL: words as literals."""
    return ", ".join(f"'{word}'" for word in words)


def upgrade() -> None:
    """States and their moves, then outcomes in full."""
    set_states(STATES, MOVES, ("won", "signed", "running", "closed"))
    op.execute(f"ALTER TABLE award {', '.join(f'ADD COLUMN {one}' for one in DETAILS)}")
    op.execute(
        "ALTER TABLE award DROP CONSTRAINT ck_award_outcome, ADD CONSTRAINT ck_award_outcome"
        " CHECK (outcome IN ('won', 'lost', 'no_award')), ADD CONSTRAINT ck_award_reversed"
        f" CHECK (num_nulls({REVERSED}) IN (0, 3)), ADD CONSTRAINT ck_award_winner"
        " CHECK (winner IS NULL OR outcome = 'lost'), ADD CONSTRAINT ck_award_scores"
        f" CHECK ({' AND '.join(f'{one} BETWEEN 0 AND 100000' for one in SCORES)})"
    )
    for statement in (
        "ALTER TABLE award DROP CONSTRAINT uq_award_once",
        "DROP INDEX uq_award_one_winner",
        "CREATE UNIQUE INDEX uq_award_once ON award (cluster_id, consortium_id, lot_id)"
        " WHERE reversed_at IS NULL",
        "CREATE UNIQUE INDEX uq_award_one_winner ON award (cluster_id, lot_id)"
        " WHERE outcome = 'won' AND reversed_at IS NULL",
    ):
        op.execute(statement)
    # What was taken back opens nothing: policies of a won lot's amounts read this table.
    op.execute(
        "ALTER POLICY visible ON award"
        f" USING ({PARTY} OR ({OVERSEEN_WHEN_WON} AND reversed_at IS NULL))"
    )
    op.execute(f"GRANT UPDATE ({REVERSED}) ON award TO {SERVING}, {JOB}")
    op.execute(WITHDRAWAL)
    op.execute("CREATE UNIQUE INDEX uq_withdrawal_once ON withdrawal (cluster_id, consortium_id)")
    wall("withdrawal", visible=PARTY, writable=f"{LED} AND {SIGNED}", grants="SELECT, INSERT")


def downgrade() -> None:
    """What is no longer known becomes what was nearest; outcomes taken back are forgotten."""
    op.drop_table("withdrawal")
    op.execute(f"REVOKE UPDATE ({REVERSED}) ON award FROM {SERVING}, {JOB}")
    op.execute(f"ALTER POLICY visible ON award USING ({PARTY} OR {OVERSEEN_WHEN_WON})")
    for statement in (
        "DELETE FROM award_part p USING award a WHERE a.cluster_id = p.cluster_id"
        " AND a.id = p.award_id AND a.reversed_at IS NOT NULL",
        "DELETE FROM award WHERE reversed_at IS NOT NULL",
        "DROP INDEX uq_award_once, uq_award_one_winner",
        "ALTER TABLE award ADD CONSTRAINT uq_award_once"
        " UNIQUE (cluster_id, consortium_id, lot_id), DROP CONSTRAINT ck_award_outcome",
        "CREATE UNIQUE INDEX uq_award_one_winner ON award (cluster_id, lot_id)"
        " WHERE outcome = 'won'",
        "UPDATE award SET outcome = 'lost' WHERE outcome = 'no_award'",
        "ALTER TABLE award ADD CONSTRAINT ck_award_outcome CHECK (outcome IN ('won', 'lost'))",
        "ALTER TABLE award " + ", ".join(f"DROP COLUMN {one.split()[0]}" for one in DETAILS),
        "ALTER TABLE consortium DISABLE TRIGGER state_moves",
        "UPDATE consortium SET state = CASE WHEN state IN ('no_award', 'withdrawn')"
        f" THEN 'lost' ELSE 'won' END WHERE state NOT IN ({quoted(STATES_0004)})",
        "ALTER TABLE consortium ENABLE TRIGGER state_moves",
    ):
        op.execute(statement)
    set_states(STATES_0004, MOVES_0015, ("won",))


def set_states(states: tuple[str, ...], moves: tuple[str, ...], won: tuple[str, ...]) -> None:
    """Which states there are, how they follow one another, and in which of them it has won."""
    op.execute(
        "ALTER TABLE consortium DROP CONSTRAINT ck_consortium_state, ADD CONSTRAINT"
        f" ck_consortium_state CHECK (state IN ({quoted(states)}))"
    )
    op.execute(STATE_MOVES.format(quoted(moves)).replace("%%", "%"))
    op.execute("DROP INDEX ix_consortium_won")
    where = f"state IN ({quoted(won)})"
    op.execute(f"CREATE INDEX ix_consortium_won ON consortium (cluster_id) WHERE {where}")
    with as_helper():
        op.execute(WON.format(quoted(won)))
