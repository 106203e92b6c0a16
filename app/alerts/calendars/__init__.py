"""Private calendar addresses, and the calendars that they lead to."""
