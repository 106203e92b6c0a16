"""The chart of accounts as the cluster's accountant knows it, by version."""
