"""What the cluster follows: the thing to answer, its lots, its deadline, who would take what."""
