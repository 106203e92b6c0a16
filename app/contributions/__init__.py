"""What members owe the cluster: policies, flows, charges, payments, and the evidence of each."""
