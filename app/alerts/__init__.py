"""What reaches people: alerts, mail digests, private feeds and calendars."""
