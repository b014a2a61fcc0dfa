"""E-mail by SMTP (Django's back end). Its Message-ID is the delivery's: a repeat is known as one. The subject tells nothing."""

from __future__ import annotations

import smtplib
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from backend.env import env
from notifications.channels import Letter, NotNow, NotSent, OneByOne

SECONDS = 10
SUBJECTS = {"zh": ("一刻：您有新消息", "一刻：紧急通知"), "en": ("Yike: a new message", "Yike: emergency")}


class Smtp(OneByOne):
    """Sends through the relay of `SMTP_URL` (smtp://user:password@host:587?tls=starttls, or smtps://)."""

    name = "smtp"
    at_once = 4

    def send_one(self, letter: Letter) -> str:
        sender = env.email_from
        name = f"<{letter.delivery_id}@{sender.rpartition('@')[2].rstrip('>')}>"
        subject = SUBJECTS["en" if letter.language.startswith("en") else "zh"][letter.is_emergency]
        headers = {"Message-ID": name, "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
        if letter.is_emergency:
            headers |= {"Importance": "high", "X-Priority": "1"}
        message = EmailMessage(
            subject, letter.text, sender, [letter.to], headers=headers, connection=_relay(env.smtp_url)
        )
        try:
            message.send()
        except smtplib.SMTPRecipientsRefused as refused:
            raise _of_recipient(refused) from None
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPConnectError, smtplib.SMTPHeloError):
            raise NotNow("relay refuses us", is_outage=True) from None
        except smtplib.SMTPResponseException as answered:
            if answered.smtp_code >= 500:
                raise NotSent(f"refused by the relay: {answered.smtp_code}") from None
            raise NotNow(f"smtp-{answered.smtp_code}") from None
        except smtplib.SMTPServerDisconnected:
            raise NotNow("relay hung up", is_outage=True, is_certain=False) from None
        except TimeoutError:
            raise NotNow("timeout", is_outage=True, is_certain=False) from None
        except OSError:
            raise NotNow("unreachable", is_outage=True) from None
        return name


def _of_recipient(refused: smtplib.SMTPRecipientsRefused) -> NotSent | NotNow:
    code = next(iter(refused.recipients.values()), (550, b""))[0]
    if code >= 500:
        return NotSent("no such mailbox", retires=code in {550, 551, 553})
    return NotNow(f"smtp-{code}")


@lru_cache(maxsize=4)
def _settings(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    tls = parse_qs(parts.query).get("tls", [""])[0]
    return {
        "host": parts.hostname or "localhost",
        "port": parts.port or (465 if parts.scheme == "smtps" else 25),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": parts.scheme == "smtps",
        "use_tls": tls == "starttls",
        "timeout": SECONDS,
    }


def _relay(url: str) -> EmailBackend:
    """A connection of its own for each message: the back end is not shared between threads."""
    return EmailBackend(**_settings(url))  # type: ignore[arg-type]
