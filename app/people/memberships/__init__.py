"""What someone is in a cluster, from when until when."""
