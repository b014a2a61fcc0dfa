"""What the tables of people hold of them, and how long; what Django's and allauth's tables hold is declared here too."""

from __future__ import annotations

from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session as WebSession

from backend.core.catalogue import declare, foreign
from backend.core.retention import keep
from backend.people import identity, occupancy
from backend.people.homes import EVIDENCE
from backend.people.models import (
    ClaimEvidence,
    CodeBreaker,
    DelegationRequest,
    HomeInvitation,
    LoginCode,
    PhoneChange,
    RefreshToken,
    Session,
    StaffInvitation,
)
from backend.people.reading import CARE, CONTACT, NAME

PHONE, REASON = "people.phone-change.phone", "people.phone-change.reason"

declare(
    "people.User",
    """
    phone_blind        credential  login    contract  account  null
    name_sealed        identity    account  contract  account  key
    identity_blind     credential  account  separate  account  null
    identity_sealed    identity    account  separate  account  key
    care_notes_sealed  health      care     separate  account  key
    staff_name         identity    staff    duty      account  null
    password           credential  staff    duty      account  null
    last_login         behaviour   staff    duty      account  null
    language           behaviour   account  contract  account  null
    elder_mode         behaviour   account  contract  account  null
    enrolled_by        behaviour   account  contract  account  null
    """,
    plain="state erased_at is_demo",
    seals={
        "name_sealed": (NAME, "id"),
        "identity_sealed": (identity.CONTEXT, "id"),
        "care_notes_sealed": (CARE, "id"),
    },
)
declare(
    "people.EmergencyContact",
    """
    user         identity  help  contract  account  delete
    name_sealed  identity  help  contract  account  key
    address_id   contact   help  contract  account  delete
    relation     identity  help  contract  account  delete
    """,
    plain="position confirmed_at",
    seals={"name_sealed": (CONTACT, "user_id")},
)
declare("people.Client", plain="name kind scope_kind scope_id scopes made_by revoked_at")
declare("people.ClientKey", plain="client key_id secret_hash expires_at last_used_at revoked_at")
declare(
    "people.Residency",
    """
    user             location   home  contract  account  kept:anonymous
    home             location   home  contract  account  kept:anonymous
    community        location   home  contract  account  kept:anonymous
    compound_id      location   home  contract  account  kept:anonymous
    relation         location   home  contract  account  kept:anonymous
    evidence_sealed  content    home  contract  account  key
    until            location   home  contract  account  kept:anonymous
    ended_at         location   home  contract  account  kept:anonymous
    """,
    plain="state decided_by decided_at ended_why",
    seals={"evidence_sealed": (EVIDENCE, "user_id")},
)
declare(
    "people.ClaimEvidence",
    """
    user  content  home  contract  rule  delete
    file  content  home  contract  rule  delete
    """,
    plain="residency content_type purge_at",
)
declare(
    "people.RoleGrant",
    """
    user        behaviour  staff  duty  account  delete
    role        behaviour  staff  duty  account  delete
    scope_kind  behaviour  staff  duty  account  delete
    scope_id    behaviour  staff  duty  account  delete
    """,
    plain="until granted_by",
)
declare(
    "people.Duty",
    """
    user        behaviour  staff  duty  account  kept:anonymous
    division    behaviour  staff  duty  account  kept:anonymous
    started_at  behaviour  staff  duty  account  kept:anonymous
    ended_at    behaviour  staff  duty  account  kept:anonymous
    """,
)
declare(
    "people.Delegation",
    """
    person        behaviour  delegate  contract  account  kept:consent
    delegate      behaviour  delegate  contract  account  kept:consent
    powers        behaviour  delegate  contract  account  kept:consent
    consent       behaviour  delegate  contract  account  kept:consent
    consented_at  behaviour  delegate  contract  account  kept:consent
    """,
    plain="until witness revoked_at revoked_by",
)
declare(
    "people.DelegationRequest",
    """
    asker   behaviour  delegate  contract  rule  delete
    person  behaviour  delegate  contract  rule  delete
    powers  behaviour  delegate  contract  rule  delete
    """,
    plain="until expires_at delegation",
)
declare(
    "people.HomeInvitation",
    """
    home         location    home  contract  rule  delete
    community    location    home  contract  rule  delete
    compound_id  location    home  contract  rule  delete
    relation     location    home  contract  rule  delete
    invited_by   behaviour   home  contract  rule  delete
    person       location    home  contract  rule  delete
    enrolled     location    home  contract  rule  delete
    phone_blind  credential  home  contract  rule  delete
    name_sealed  identity    home  contract  rule  key
    """,
    plain="kind until state residency answered_at ended_at",
    seals={"name_sealed": (occupancy.NAME, "invited_by_id")},
)
declare(
    "people.StaffInvitation",
    """
    user        behaviour   staff  duty  rule  delete
    token_hash  credential  staff  duty  rule  delete
    """,
    plain="expires_at used_at invited_by",
)
declare(
    "people.LoginCode",
    """
    phone_blind   credential  login  contract  rule  delete
    prefix_blind  credential  login  contract  rule  delete
    about         behaviour   login  contract  rule  delete
    code_mac      credential  login  contract  rule  delete
    """,
    plain="purpose expires_at attempts consumed_at is_sent",
)
declare("people.CodeBreaker", plain="scope sent verified opened_at open_until")
declare(
    "people.Session",
    """
    user              behaviour   login  contract  rule  delete
    device_key        credential  login  contract  rule  delete
    device_name       behaviour   login  contract  rule  delete
    platform          behaviour   login  contract  rule  delete
    authenticated_at  behaviour   login  contract  rule  delete
    last_seen_at      behaviour   login  contract  rule  delete
    """,
    plain="assurance is_limited expires_at revoked_at revoked_why",
)
declare(
    "people.RefreshToken",
    """
    token_hash        credential  login  contract  rule  delete
    successor_sealed  credential  login  contract  rule  delete
    """,
    plain="session expires_at used_at",
)
declare(
    "people.PhoneChange",
    """
    user           contact     login  contract  rule  delete
    phone_sealed   contact     login  contract  rule  key
    phone_blind    credential  login  contract  rule  delete
    reason_sealed  content     login  contract  rule  key
    """,
    plain="state asked_by",
    seals={
        "phone_sealed": (PHONE, "user_id"),
        "reason_sealed": (REASON, "user_id"),
    },
)
declare(
    "people.Consent",
    """
    user      behaviour  rights  duty  law  kept:consent
    purpose   behaviour  rights  duty  law  kept:consent
    is_given  behaviour  rights  duty  law  kept:consent
    channel   behaviour  rights  duty  law  kept:consent
    """,
    plain="version witness",
)
declare(
    "people.PrivacyRequest",
    """
    user  behaviour  rights  duty  law  kept:consent
    kind  behaviour  rights  duty  law  kept:consent
    """,
    plain="job_id kept finished_at",
)

# Tables of Django and allauth. A row that points at a person by a foreign key is deleted when the person is erased.
foreign("contenttypes.ContentType")
foreign("auth.Permission")
foreign("auth.Group")
foreign("auth.Group_permissions")
foreign("sessions.Session", "session_data  behaviour  login  contract  rule  lapse")
foreign(
    "admin.LogEntry",
    """
    user            behaviour  staff  duty  rule  delete
    object_repr     content    staff  duty  rule  delete
    change_message  content    staff  duty  rule  delete
    """,
)
foreign(
    "account.EmailAddress",
    """
    user   contact  staff  duty  account  delete
    email  contact  staff  duty  account  delete
    """,
)
foreign("account.EmailConfirmation", "key  credential  staff  duty  account  delete")
foreign(
    "mfa.Authenticator",
    """
    user  credential  staff  duty  account  delete
    data  credential  staff  duty  account  delete
    """,
)

keep(LoginCode, 2, by="expires_at")
keep(CodeBreaker, 90, by="open_until")
keep(RefreshToken, 0, by="expires_at")
keep(Session, 90, by="expires_at")
keep(Session, 90, by="revoked_at")
keep(PhoneChange, 180)
keep(ClaimEvidence, 0, by="purge_at", files=("file",))
keep(DelegationRequest, 30, by="expires_at")
keep(HomeInvitation, 400, by="ended_at")
keep(StaffInvitation, 30, by="expires_at")
keep(WebSession, 0, by="expire_date")
keep(LogEntry, 3 * 366, by="action_time")
