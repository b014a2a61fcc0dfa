"""The texts of this room: what dispatchers, callers and their contacts are sent. No address, nothing medical; a name only to a contact, sealed on the way."""

from notifications import templates

TEMPLATES = {
    "incident.waiting": {
        "zh": "【一刻】{priority} 求助待接手，编号 {number}。请立即打开值班台。",
        "en": "[Yike] {priority} call for help is waiting, no. {number}. Open the desk now.",
    },
    "incident.handed_to_you": {
        "zh": "【一刻】{priority} 求助已转交给您，编号 {number}。",
        "en": "[Yike] {priority} call for help was handed to you, no. {number}.",
    },
    "incident.acknowledged": {
        "zh": "值班员已接手您的求助（编号 {number}），请保持电话畅通。",
        "en": "A dispatcher has taken your call for help (no. {number}). Please keep your phone free.",
        "zh-plain": "有人来帮您了，请别挂电话，等电话响。",
        "en-plain": "Help is coming. Stay near your phone.",
    },
    "incident.delegate": {
        "zh": "【一刻】您代办的家人发出了求助，编号 {number}，值班台已收到。请打开一刻查看。",
        "en": "[Yike] Somebody you act for has called for help, no. {number}. The desk has it. Open Yike to follow it.",
    },
    "incident.contact": {
        "zh": "【一刻】{name}（或其家中的设备）发出了求助，编号 {number}。您是其紧急联系人，请尽快与其联系。危急时请拨打 120、119 或 110。",
        "en": "[Yike] {name} (or a device at their home) has called for help, no. {number}. You are their emergency contact: "
        "please try to reach them now. In danger dial 120, 119 or 110.",
    },
}


def register() -> None:
    """Make the texts known to the courier."""
    templates.register_templates(TEMPLATES)
