"""Groups: the notices of one procedure in all sources; and what people say are one."""
