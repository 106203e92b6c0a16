"""Who signs in: people, what they are in each cluster, sessions, tokens; a folder per noun."""
