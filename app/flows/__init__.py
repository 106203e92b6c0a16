"""Money between members: invoices, said by seller and buyer, reconciled, charged by a run."""
