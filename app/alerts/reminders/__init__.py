"""What only the calendar brings about: told once to those whom it concerns."""
