"""What a person wants to be told, how and when. Emergencies pass all of it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import models

from backend.core.clock import BEIJING, now
from backend.core.errors import FieldError, Invalid, Unauthenticated
from backend.core.verb import Doer, verb

LANGUAGES = ("zh-CN", "en")
CHANNELS = ("socket", "fcm", "sms", "voice", "email")  # `fcm` stands for every push service
LOCKED = ("emergency", "alarm", "incident")


class Preference(models.Model):
    """`quiet_from`–`quiet_until` is a daily window in Beijing time, over midnight if it ends before it starts. `off` maps a topic
    to the channels on which it is not wanted. `is_plain`: short, plain words (elder mode)."""

    person_id = models.UUIDField(primary_key=True)
    language = models.CharField(max_length=8, default="zh-CN")
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    off = models.JSONField(default=dict)
    is_plain = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=now)

    class Meta:
        app_label = "notifications"

    def quiet_end(self, moment: datetime) -> datetime | None:
        """When the quiet window that holds `moment` ends (UTC-comparable); None when it is not quiet."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        local = moment.astimezone(BEIJING)
        end = datetime.combine(local.date(), self.quiet_until, BEIJING)
        clock = local.time()
        if self.quiet_from < self.quiet_until:
            return end if self.quiet_from <= clock < self.quiet_until else None
        if clock >= self.quiet_from:
            return end + timedelta(days=1)
        return end if clock < self.quiet_until else None

    def wants(self, topic: str, channel: str) -> bool:
        return is_locked(topic) or channel not in self.off.get(topic, ())


def is_locked(topic: str) -> bool:
    """Is this an emergency topic, which nobody can switch off?"""
    return topic.partition(".")[0] in LOCKED


def of(person_id: UUID | None) -> Preference:
    """The person's preferences, the defaults when nothing was ever set."""
    if person_id is None:
        return Preference()
    return Preference.objects.filter(person_id=person_id).first() or Preference(person_id=person_id)


def set_reading(person_id: UUID, **how: str | bool) -> None:
    """`language`, `is_plain`: how texts for this person are worded (inside a verb, when people change it)."""
    Preference.objects.update_or_create(person_id=person_id, defaults={**how, "changed_at": now()})


@verb("preferences.change")
def change(
    actor: Doer,
    *,
    language: str | None = None,
    quiet_from: time | None = None,
    quiet_until: time | None = None,
    off: dict[str, list[str]] | None = None,
) -> Preference:
    """Replace the person's preferences; a language that is not given stays. Raises Invalid."""
    if actor.person_id is None:
        raise Unauthenticated
    wrong = []
    if language is not None and language not in LANGUAGES:
        wrong.append(FieldError("/language", "language-unknown", "zh-CN or en", "请选择 zh-CN 或 en"))
    if (quiet_from is None) != (quiet_until is None):
        wrong.append(FieldError("/quiet_hours", "incomplete", "give from and until", "请同时填写开始和结束时间"))
    for topic, channels in (off or {}).items():
        if is_locked(topic) and channels:
            wrong.append(
                FieldError(
                    f"/off/{topic}", "emergency-locked", "emergencies cannot be switched off", "紧急通知不能关闭"
                )
            )
        if unknown := [channel for channel in channels if channel not in CHANNELS]:
            wrong.append(FieldError(f"/off/{topic}", "channel-unknown", f"no channel {unknown[0]}", "没有这种通知渠道"))
    if wrong:
        raise Invalid(*wrong)
    preference = of(actor.person_id)
    preference.language = language or preference.language
    preference.quiet_from, preference.quiet_until = quiet_from, quiet_until
    preference.off = {topic: sorted(set(channels)) for topic, channels in (off or {}).items() if channels}
    preference.changed_at = now()
    preference.save()
    return preference
