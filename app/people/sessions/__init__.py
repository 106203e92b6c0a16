"""Being signed in: opened, renewed, switched, ended."""
