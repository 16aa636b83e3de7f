"""What musicnb costs and how well it does, beside its peers: ``python -m benchmarks``."""
