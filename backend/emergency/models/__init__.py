"""The tables of the emergency room."""

from backend.emergency.models.devices import Device, DeviceKey
from backend.emergency.models.incidents import Entry, Incident
from backend.emergency.models.policies import EscalationPolicy
from backend.emergency.models.signals import Signal, SignalKey, SignalRetry

__all__ = ["Device", "DeviceKey", "Entry", "EscalationPolicy", "Incident", "Signal", "SignalKey", "SignalRetry"]
