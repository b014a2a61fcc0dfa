"""Addresses of the pages. What is under /demo exists only where the demo runs."""

from django.urls import path

from backend.env import env
from web.desk import alarms
from web.desk import bulletins as desk_bulletins
from web.desk import deliveries as desk_deliveries
from web.desk import people as desk_people
from web.desk import tickets as desk_tickets
from web.public import home, login, preferences, reproof, security_txt, tokens
from web.resident import (
    bills,
    bulletins,
    circle,
    delegates,
    devices,
    homes,
    inbox,
    payments,
    photos,
    privacy,
    sos,
    tickets,
)
from web.resident import home as resident
from web.staff import security

app_name = "web"

urlpatterns = [
    path("", home.home, name="home"),
    path(".well-known/security.txt", security_txt.security_txt, name="security-txt"),
    path("login", login.ask_code, name="login"),
    path("login/code", login.enter_code, name="login-code"),
    path("login/reproof", reproof.reproof, name="reproof"),
    path("logout", login.log_out, name="logout"),
    path("preferences", preferences.prefer, name="preferences"),
    path("socket-token", tokens.socket_token, name="socket-token"),
    path("photos/<uuid:photo_id>", photos.photo, name="photo"),
    path("staff", security.enter, name="staff"),
    path("app", resident.home, name="app"),
    path("app/unread", resident.unread, name="unread"),
    path("app/alarm", sos.alarm, name="alarm"),
    path("app/sos", sos.sos, name="sos"),
    path("app/sos/<uuid:incident_id>/cancel", sos.cancel, name="sos-cancel"),
    path("app/circle", circle.around, name="circle"),
    path("app/services/<uuid:place_id>", circle.service, name="service"),
    path("app/bills", bills.bills, name="bills"),
    path("app/bills/pay", bills.pay, name="bill-pay"),
    path("app/bills/<uuid:bill_id>", bills.bill, name="bill"),
    path("app/payments/<uuid:payment_id>", payments.payment, name="payment"),
    path("app/payments/<uuid:payment_id>/cancel", payments.cancel, name="payment-cancel"),
    path("app/payments/<uuid:payment_id>/receipt.pdf", payments.receipt, name="receipt"),
    path("app/tickets", tickets.tickets, name="tickets"),
    path("app/tickets/new", tickets.report, name="ticket-new"),
    path("app/tickets/<uuid:ticket_id>", tickets.ticket, name="ticket"),
    path("app/tickets/<uuid:ticket_id>/<slug:act>", tickets.step, name="ticket-step"),
    path("app/bulletins/<uuid:bulletin_id>", bulletins.bulletin, name="bulletin"),
    path("app/inbox", inbox.inbox, name="inbox"),
    path("app/devices", devices.devices, name="devices"),
    path("app/devices/end", devices.end_others, name="devices-end-others"),
    path("app/devices/refuse-phone", devices.refuse_phone, name="devices-refuse-phone"),
    path("app/devices/<uuid:session_id>/end", devices.end, name="devices-end"),
    path("app/privacy", privacy.privacy, name="privacy"),
    path("app/privacy/consents/<slug:purpose>", privacy.consent, name="privacy-consent"),
    path("app/privacy/care-notes", privacy.care_notes, name="privacy-care-notes"),
    path("app/privacy/copy", privacy.copy, name="privacy-copy"),
    path("app/privacy/copy.zip", privacy.copy_file, name="privacy-copy-file"),
    path("app/privacy/close", privacy.close, name="privacy-close"),
    path("app/proof", privacy.proof, name="proof"),
    path("app/homes", homes.mine, name="homes"),
    path("app/homes/new", homes.claim, name="homes-claim"),
    path("app/homes/<uuid:claim_id>/evidence", homes.add_evidence, name="homes-evidence"),
    path("app/homes/<uuid:residency_id>/end", homes.leave, name="homes-leave"),
    path("app/homes/offers/<uuid:offer_id>/<slug:act>", homes.answer, name="homes-offer"),
    path("app/homes/<uuid:home_id>/residents", homes.residents, name="residents"),
    path("app/homes/<uuid:home_id>/claims/<uuid:claim_id>/<slug:act>", homes.decide, name="residents-decide"),
    path("app/homes/<uuid:home_id>/residents/<uuid:residency_id>/end", homes.end, name="residents-end"),
    path("app/homes/<uuid:home_id>/occupancy", homes.let, name="residents-let"),
    path("app/homes/<uuid:home_id>/occupancy/<uuid:occupancy_id>/end", homes.unlet, name="residents-unlet"),
    path("homes/<uuid:home_id>/claims/<uuid:claim_id>/evidence/<uuid:evidence_id>", homes.picture, name="evidence"),
    path("app/family", delegates.family, name="family"),
    path("app/family/give", delegates.give, name="family-give"),
    path("app/family/end-all", delegates.end_all, name="family-end-all"),
    path("app/family/ask", delegates.ask, name="family-ask"),
    path("app/family/confirm", delegates.confirm, name="family-confirm"),
    path("app/family/act", delegates.act, name="family-act"),
    path("app/family/stop", delegates.stop, name="family-stop"),
    path("app/family/alarms", delegates.alarms, name="family-alarms"),
    path("app/family/<uuid:person_id>/<uuid:delegation_id>/end", delegates.end, name="family-end"),
    path("desk", alarms.desk, name="desk"),
    path("desk/queue", alarms.queue_fragment, name="desk-queue"),
    path("desk/deliveries", desk_deliveries.log, name="desk-deliveries"),
    path("desk/deliveries/search", desk_deliveries.search, name="desk-deliveries-search"),
    path("desk/deliveries/test/<slug:channel>", desk_deliveries.test, name="desk-delivery-test"),
    path("desk/deliveries/<uuid:delivery_id>/replay", desk_deliveries.replay, name="desk-delivery-replay"),
    path("desk/bulletins", desk_bulletins.bulletins, name="desk-bulletins"),
    path("desk/bulletins/<uuid:bulletin_id>/<slug:act>", desk_bulletins.close, name="desk-bulletin-close"),
    path("desk/duty", alarms.keep_duty, name="desk-duty"),
    path("desk/incidents/<uuid:incident_id>", alarms.incident, name="desk-incident"),
    path("desk/incidents/<uuid:incident_id>/<slug:act>", alarms.act, name="desk-act"),
    path("desk/people", desk_people.people, name="desk-people"),
    path("desk/people/new", desk_people.enrol, name="desk-enrol"),
    path("desk/people/claims/<uuid:home_id>/<uuid:claim_id>/<slug:act>", desk_people.decide, name="desk-claim"),
    path("desk/people/<uuid:person_id>", desk_people.person, name="desk-person"),
    path("desk/people/<uuid:person_id>/reveal", desk_people.show_in_full, name="desk-reveal"),
    path("desk/people/<uuid:person_id>/homes/<uuid:residency_id>/end", desk_people.end_residency, name="desk-end-home"),
    path("desk/people/<uuid:person_id>/delegations", desk_people.give, name="desk-give"),
    path("desk/people/<uuid:person_id>/delegations/<uuid:delegation_id>/end", desk_people.revoke, name="desk-revoke"),
    path("desk/tickets", desk_tickets.tickets, name="desk-tickets"),
    path("desk/tickets/<uuid:ticket_id>", desk_tickets.ticket, name="desk-ticket"),
    path("desk/tickets/<uuid:ticket_id>/<slug:act>", desk_tickets.step, name="desk-step"),
]

if env.demo:
    from web.demo.urls import urlpatterns as demo_patterns

    urlpatterns += demo_patterns
