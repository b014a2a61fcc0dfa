"""Walks computed ahead: what changed since, and bringing the kept walks up to date piece by piece."""
