"""What every room may use: money, ids, errors, events, the actor. Standard library only."""
