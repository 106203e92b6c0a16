"""What happened: audit trail, events, and who is told."""
