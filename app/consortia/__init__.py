"""A joint answer: parties, split, agreement, submission, awards, receipts."""
