"""Addresses of the pages. What is under /demo exists only where the demo runs."""

from django.urls import path

from backend.env import env
from web.desk import alarms
from web.desk import bulletins as desk_bulletins
from web.desk import tickets as desk_tickets
from web.public import home, login, preferences, reproof, tokens
from web.resident import bills, bulletins, circle, inbox, payments, photos, sos, tickets
from web.resident import home as resident
from web.staff import security

app_name = "web"

urlpatterns = [
    path("", home.home, name="home"),
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
    path("desk", alarms.desk, name="desk"),
    path("desk/queue", alarms.queue_fragment, name="desk-queue"),
    path("desk/bulletins", desk_bulletins.bulletins, name="desk-bulletins"),
    path("desk/bulletins/<uuid:bulletin_id>/<slug:act>", desk_bulletins.close, name="desk-bulletin-close"),
    path("desk/duty", alarms.keep_duty, name="desk-duty"),
    path("desk/incidents/<uuid:incident_id>", alarms.incident, name="desk-incident"),
    path("desk/incidents/<uuid:incident_id>/<slug:act>", alarms.act, name="desk-act"),
    path("desk/tickets", desk_tickets.tickets, name="desk-tickets"),
    path("desk/tickets/<uuid:ticket_id>", desk_tickets.ticket, name="desk-ticket"),
    path("desk/tickets/<uuid:ticket_id>/<slug:act>", desk_tickets.step, name="desk-step"),
]

if env.demo:
    from web.demo.urls import urlpatterns as demo_patterns

    urlpatterns += demo_patterns
