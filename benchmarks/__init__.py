"""Speed, memory and quality on real captions, always beside a named alternative: `python -m benchmarks`."""
