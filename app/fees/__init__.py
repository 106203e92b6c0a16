"""Yearly membership fees by headcount: what companies declare, and what they owe for it."""
