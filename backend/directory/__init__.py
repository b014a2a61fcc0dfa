"""The service directory and the 15-minute circle: who offers what, where, when, and how far it is on foot."""
