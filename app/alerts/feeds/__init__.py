"""Private feed addresses, and the Atom feeds that they lead to."""
