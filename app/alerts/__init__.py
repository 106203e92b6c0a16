"""What reaches people outside: private calendar addresses."""
