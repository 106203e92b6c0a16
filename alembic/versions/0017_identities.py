"""People as providers of single sign-on know them.

Revision 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op

from app.infra.db.walls import HELPER, SERVING, as_helper

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# A known identity is a person's for good: whoever gets their mail address later is not them. A
# person has one identity at a provider: their address in other hands there opens nothing.
IDENTIFY = """
CREATE FUNCTION app.identify(provider text, known_as text, verified_email text, at timestamptz)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE found_id uuid; live boolean;
BEGIN
  SELECT i.person_id, p.disabled_at IS NULL INTO found_id, live
  FROM public.identity i JOIN public.person p ON p.id = i.person_id
  WHERE i.issuer = provider AND i.subject = known_as;
  IF FOUND THEN
    RETURN CASE WHEN live THEN found_id END;
  END IF;
  INSERT INTO public.identity (issuer, subject, person_id, created_at)
  SELECT provider, known_as, p.id, at FROM public.person p
  WHERE p.email = lower(verified_email) AND p.disabled_at IS NULL
  ON CONFLICT DO NOTHING
  RETURNING person_id INTO found_id;
  RETURN found_id;
END $$
"""


def upgrade() -> None:
    """Identities belong to people, who belong to the installation. No role has grants."""
    op.create_table(
        "identity",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("issuer", "person_id", name="uq_identity_person"),
    )
    op.execute(f"GRANT SELECT, INSERT ON identity TO {HELPER}")
    with as_helper():
        op.execute(IDENTIFY)
        op.execute("REVOKE EXECUTE ON FUNCTION app.identify FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.identify TO {SERVING}")


def downgrade() -> None:
    """Back to passwords alone."""
    with as_helper():
        op.execute("DROP FUNCTION app.identify")
    op.drop_table("identity")
