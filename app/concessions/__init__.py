"""What a concession adds to a joint answer: its terms, forecast, yearly figures and reports."""
