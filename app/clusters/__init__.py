"""The tenant: cluster, member companies, people, sign-in, tokens; who may do what."""
