"""The front desk: what people touch."""
