"""Periods that are closed for ever, and the numbers that their entries take."""
