"""Saved searches: what a cluster or a company watches for, what was found, what came of it."""
