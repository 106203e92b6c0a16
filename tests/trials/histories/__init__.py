"""Random histories of joint answers, by several people at once, and what must hold after each step.

``python -m tests.trials.histories --histories 2000 --seed 1``: a state machine (Hypothesis) lets
four companies do whatever comes to them on one tender, lawful or not; after each step the
invariants of DOMAIN 5 are asked of the database itself. Prints a summary, exits 1 on any failure.
"""
