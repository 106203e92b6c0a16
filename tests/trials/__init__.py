"""Long adversarial runs against a real, served process: ``make trials``, not ``make test``."""
