"""Asking people in by mail."""
