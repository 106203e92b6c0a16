"""The books as other programs read them: closed periods only, the same bytes each time."""
