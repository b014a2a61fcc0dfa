"""People, where they live, what they may do and how they come in."""

from backend.people.models.clients import Client, ClientKey
from backend.people.models.homes import ClaimEvidence, Residency
from backend.people.models.invitations import DelegationRequest, HomeInvitation
from backend.people.models.logins import CodeBreaker, LoginCode, PhoneChange, RefreshToken, Session
from backend.people.models.person import EmergencyContact, User
from backend.people.models.privacy import Consent, PrivacyRequest
from backend.people.models.rights import Delegation, Duty, RoleGrant, StaffInvitation

__all__ = [
    "ClaimEvidence",
    "Client",
    "ClientKey",
    "CodeBreaker",
    "Consent",
    "Delegation",
    "DelegationRequest",
    "Duty",
    "EmergencyContact",
    "HomeInvitation",
    "LoginCode",
    "PhoneChange",
    "PrivacyRequest",
    "RefreshToken",
    "Residency",
    "RoleGrant",
    "Session",
    "StaffInvitation",
    "User",
]
