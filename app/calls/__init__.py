"""Calls for contributions: what the cluster invoices its members, numbered and never changed."""
