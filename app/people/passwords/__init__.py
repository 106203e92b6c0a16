"""Passwords: rated, hashed, changed, replaced by mail."""
