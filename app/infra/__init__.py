"""What the rooms stand on: database, HTTP edge, jobs, embedded server, logs."""
