"""Third journey: a report with a photo → the right handler → resolved → verified and closed by the one who reported."""

from __future__ import annotations

import io
from datetime import datetime

from PIL import Image, ImageDraw

from backend.story.client import Api, Json, Refused
from backend.story.demo import Cast
from backend.story.telling import Teller


def tell(teller: Teller, cast: Cast) -> None:
    teller.scene("三、报修、办结、核查", "A report, the work, the verification")
    resident, manager, technician = (cast.enter(role) for role in ("resident", "manager", "technician"))
    ticket = _report(teller, resident)
    _work(teller, ticket, manager, technician)
    path = f"/tickets/{ticket['id']}"
    resident.post(f"{path}/verify")
    resident.post(f"{path}/rating", {"stars": 5, "text": "来得快"})
    closed = resident.post(f"{path}/close")
    teller.line(
        f"{resident.name}核查：不漏了。五星，{closed['state']}。",
        f"{resident.name} verifies: dry. Five stars; closed.",
        "✓",
    )
    moments = resident.get(f"{path}/timeline")["items"]
    teller.detail(
        *(f"{_clock(one['at'])}  {one['name'] or one['by']}：{one['event'] or one['text']}" for one in moments)
    )


def _report(teller: Teller, resident: Api) -> Json:
    photo = resident.upload("/photos", "leak.jpg", drawn_leak(), "image/jpeg")
    body = {"category": "home-water", "text": "厨房水管漏水，接头在滴", "photo_ids": [photo["id"]]}
    ticket: Json = resident.post("/tickets", body)
    teller.line(
        f"{resident.name}报修 {ticket['number']}：{ticket['category_name']}，附一张照片（位置信息已抹去）。",
        f"{resident.name} reports {ticket['number']} with a photo, freed of its metadata.",
    )
    teller.line(
        f"自动派给{ticket['route']['name']}，承诺 {_day(ticket['deadline'])} 前办结。",
        f"Routed to the compound's company; promised by {_day(ticket['deadline'])}.",
    )
    return ticket


def _work(teller: Teller, ticket: Json, manager: Api, technician: Api) -> None:
    path = f"/tickets/{ticket['id']}"
    manager.post(f"{path}/accept")
    manager.post(f"{path}/assign", {"assignee_id": technician.id})
    teller.line(
        f"{manager.name}接单，派给{technician.name}。", f"{manager.name} accepts and assigns {technician.name}."
    )
    try:
        technician.post(f"{path}/verify")
    except Refused as refused:
        teller.line(
            f"{technician.name}想直接“核查通过”：不行（{refused.status}）。",
            f"{technician.name} cannot verify the own work ({refused.status}).",
        )
    technician.post(f"{path}/start")
    after = technician.upload("/photos", "fixed.jpg", drawn_leak(fixed=True), "image/jpeg")
    technician.post(f"{path}/resolve", {"note": "更换接头垫片，试水不漏", "photo_ids": [after["id"]]})
    teller.line(
        f"{technician.name}上门修好，附完工照片，办结。", f"{technician.name} repairs it, adds a photo, resolves.", "●"
    )


def drawn_leak(*, fixed: bool = False) -> bytes:
    """A drawing of a pipe, dripping or not, as JPEG."""
    image = Image.new("RGB", (640, 480), "#e8ecef")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 200, 640, 260), fill="#9aa5ad")
    draw.rectangle((280, 180, 360, 280), fill="#6b7780")
    if not fixed:
        for drop in range(4):
            draw.ellipse((308, 300 + drop * 40, 332, 330 + drop * 40), fill="#2f7fd0")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def _clock(at: str) -> str:
    return datetime.fromisoformat(at).astimezone().strftime("%H:%M:%S")


def _day(at: str) -> str:
    return datetime.fromisoformat(at).astimezone().strftime("%m-%d %H:%M")
