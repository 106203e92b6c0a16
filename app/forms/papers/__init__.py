"""One file per document: which blocks it has, in which order."""
