"""Alerts by mail: how a person wishes them, and the mails."""
