"""What companies prove about themselves: certificates, statements, and until when they hold."""
