"""HSDS 3.1, read-only and public, under /hsds/v3/: what Open Referral's tools read."""
