"""Writing in the books by the thousand: parts of one statement, of relations that it has."""

OPEN_ACCOUNTS = """
    account AS MATERIALIZED (
      SELECT * FROM unnest(CAST(:account_ids AS uuid[]), CAST(:codes AS text[]),
        CAST(:names AS text[]), CAST(:members AS uuid[])) AS one (id, code, name, member_id)),
    opened AS (
      INSERT INTO ledger_account (cluster_id, id, code, name, member_id)
      SELECT app.cluster(), id, code, name, member_id FROM account
      WHERE member_id IN ({used}) OR member_id IS NULL AND EXISTS ({used})
      ON CONFLICT DO NOTHING)"""
"""SQL: open those of the given accounts that are used; ``{used}`` is SQL of members' ids."""

POST_ALL = """
    transactions AS (
      INSERT INTO ledger_transaction (cluster_id, id, journal, reference, occurred_on, posted_at,
        memo)
      SELECT app.cluster(), transaction_id, 'VE', reference, occurred_on, :now, memo FROM booked),
    postings AS (
      INSERT INTO ledger_posting (cluster_id, id, transaction_id, debit_account_id,
        credit_account_id, amount_cents, currency)
      SELECT app.cluster(), posting_id, transaction_id, debit_id, credit_id, amount_cents, 'EUR'
      FROM booked)"""
"""SQL: write ``booked`` in the journal of sales, one transaction of one posting each."""
