"""Contracts that run, and when the call for their renewal is likely."""
