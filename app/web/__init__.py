"""The pages that mails and browsers arrive at: signing in, invitations, passwords, one's account.

Clients of the API like any other: static files, no second door to guard.
"""
