"""The cluster's books: double entry, and only ever growing."""
