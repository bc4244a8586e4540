"""TinyTorch: small neural networks, and a small MLPerf to measure them with."""
