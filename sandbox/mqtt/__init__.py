"""The demo's MQTT broker, on loopback. Not for a district: it lets anybody in and keeps nothing while a subscriber is away."""
