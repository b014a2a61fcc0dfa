"""Writing letters: from claimed deliveries, for many at once, the address opened and the text rendered for its reader."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog

from backend.core.vault import KeyDestroyed
from notifications import addresses, sms, templates
from notifications.addresses import Address
from notifications.channels import Letter, NotNow, NotSent
from notifications.deliveries import FIRST, Delivery
from notifications.preferences import Preference

log = structlog.get_logger(__name__)
Written = Letter | NotSent | NotNow


def written(rows: Sequence[Delivery], wishes: dict[UUID, Preference]) -> list[Written]:
    """A letter for each row, or why there is none (three queries, however many). `wishes`: preferences by person."""
    wanted = {row.address_id for row in rows if row.sealed is None and row.address_id is not None}
    live = list(Address.objects.filter(id__in=wanted, retired_at__isnull=True))
    values = addresses.values(live)
    return [_guarded(row, values, wishes) for row in rows]


def _guarded(row: Delivery, values: dict[UUID, str], wishes: dict[UUID, Preference]) -> Written:
    """One letter that cannot be written holds up no other."""
    try:
        return _letter(row, values, wishes)
    except KeyDestroyed:
        return NotSent("recipient erased")
    except NotSent as never:
        return never
    except Exception as failed:
        log.error("letter.unwritten", topic=row.topic, channel=row.channel, error=type(failed).__name__)
        return NotNow(f"unwritten {type(failed).__name__}")


def _letter(row: Delivery, values: dict[UUID, str], wishes: dict[UUID, Preference]) -> Letter:
    language = wishes[row.person_id].language if row.person_id in wishes else "zh-CN"
    params = row.params
    if row.sealed is not None:
        sealed = sms.opened_letter(row)
        to, text, params, language = sealed.to, sealed.text, params | sealed.params, sealed.language or language
    else:
        if row.address_id not in values:
            raise NotSent("address retired")
        to = values[row.address_id]
        if not to:
            raise NotSent("recipient erased")
        text = (
            ""
            if row.channel in addresses.PUSH
            else templates.render(row.topic, params, language, plain=_is_plain(row, wishes))
        )
    return Letter(
        delivery_id=row.id,
        notice_id=row.notice_id,
        person_id=row.person_id,
        to=to,
        text=text,
        topic=row.topic,
        about=row.about,
        is_emergency=row.urgency in FIRST,
        params=params,
        avoid=row.provider,
        language=language,
    )


def _is_plain(row: Delivery, wishes: dict[UUID, Preference]) -> bool:
    return row.person_id in wishes and wishes[row.person_id].is_plain
