"""Statements: what a company owed, what was added, what it paid, what it owes."""
