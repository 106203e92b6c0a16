"""What follows a won award: contract, orders, amendments, invoices, the joint account, the end."""
