"""Codes beside the password."""
