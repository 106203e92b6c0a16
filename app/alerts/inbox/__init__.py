"""What a person should know: alerts, unread until they say otherwise."""
