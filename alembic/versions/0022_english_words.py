"""Notices are searched in French and in English, word by word.

Revision 0022, after 0021.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# As 0002 has it. Twice 50,000 characters, even of three bytes that NFD triples, stay under the
# megabyte that a tsvector may hold.
TEXT = (
    "app.fold(left(title || ' ' || buyer || ' ' || description || ' '"
    " || jsonb_path_query_array(lots, '$[*].title')::text, 50000))"
)
FRENCH = f"to_tsvector('french'::regconfig, {TEXT})"
BOTH = f"{FRENCH} || to_tsvector('english'::regconfig, {TEXT})"

AGGREGATES = {"all_of": "tsquery_and", "any_of": "tsquery_or"}

# A word is sought by its French stem or by its English one. Where either language takes it for a
# word that tells nothing (« de », "the"), it is not asked for: the other has it as a word like
# any. When nothing else is asked for, what French keeps of it counts ("off").
BOTH_STEMS = """
CREATE FUNCTION app.stems(typed text[]) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
  SELECT coalesce(
    app.all_of(CASE WHEN french = english THEN french ELSE french || english END)
      FILTER (WHERE numnode(french) > 0 AND numnode(english) > 0),
    app.all_of(french) FILTER (WHERE numnode(french) > 0))
  FROM unnest(typed) AS given (term), LATERAL (
    SELECT phraseto_tsquery('french'::regconfig, app.fold(term)) AS french,
      phraseto_tsquery('english'::regconfig, app.fold(term)) AS english) AS stem)
"""

# {"any": [["of", "these", "all"], ["or these"]], "none": ["never this"]}, see app/watch/words.py.
ASKED = """
CREATE FUNCTION app.asked(words jsonb) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (
  SELECT CASE WHEN wanted.query IS NULL AND unwanted.query IS NULL THEN ''::tsquery
    WHEN unwanted.query IS NULL THEN wanted.query
    WHEN wanted.query IS NULL THEN !!unwanted.query
    ELSE wanted.query && !!unwanted.query END
  FROM (
    SELECT app.any_of(app.stems(ARRAY(SELECT jsonb_array_elements_text(terms)))) AS query
    FROM jsonb_array_elements(words -> 'any') AS terms) AS wanted,
  (SELECT app.any_of(app.stems(ARRAY[term])) AS query
    FROM jsonb_array_elements_text(words -> 'none') AS term) AS unwanted)
"""


def upgrade() -> None:
    """Make the column anew: PostgreSQL before 17 cannot change how one is generated."""
    for name, function in AGGREGATES.items():
        op.execute(
            f"CREATE AGGREGATE app.{name} (tsquery)"
            f" (SFUNC = {function}, STYPE = tsquery, PARALLEL = SAFE)"
        )
    op.execute(BOTH_STEMS)
    op.execute(ASKED)
    op.execute("GRANT EXECUTE ON FUNCTION app.all_of, app.any_of, app.stems, app.asked TO PUBLIC")
    make_column(BOTH)


def make_column(search: str) -> None:
    """The words of each notice, by which it is found."""
    op.execute("ALTER TABLE notice DROP COLUMN search")
    op.execute(
        f"ALTER TABLE notice ADD COLUMN search tsvector GENERATED ALWAYS AS ({search}) STORED"
    )
    op.execute("CREATE INDEX ix_notice_search ON notice USING gin (search)")


def downgrade() -> None:
    """French alone again."""
    make_column(FRENCH)
    op.execute("DROP FUNCTION app.asked, app.stems")
    for name in AGGREGATES:
        op.execute(f"DROP AGGREGATE app.{name} (tsquery)")
