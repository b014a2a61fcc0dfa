"""What people are told about tickets. The only parameter is the number: a notice may be read over a shoulder."""

from notifications.templates import register_templates
from notifications.topics import Severity, Topic, register_topics

TEMPLATES = {
    "ticket.reported": {
        "zh": "已收到您的反映，编号 {number}。",
        "en": "We have your report. Its number is {number}.",
        "zh-plain": "收到了，会有人处理。编号 {number}。",
        "en-plain": "We have it, somebody will come. Number {number}.",
    },
    "ticket.danger": {
        "zh": "{number} 可能有危险，已同时通知应急值守台。请先离开，勿动明火和电器开关；危急时拨打 119、120。",
        "en": "{number} may be dangerous: the emergency desk has it too. Leave first, touch no flame or switch; call 119 or 120 if needed.",
    },
    "ticket.accepted": {"zh": "{number} 已受理。", "en": "{number} was accepted."},
    "ticket.assigned": {"zh": "{number} 已安排人员处理。", "en": "Somebody was assigned to {number}."},
    "ticket.transferred": {"zh": "{number} 已转交其他单位办理。", "en": "{number} was passed to another office."},
    "ticket.escalated": {"zh": "{number} 已上报上一级办理。", "en": "{number} was passed up to the next office."},
    "ticket.started": {"zh": "{number} 已开始处理。", "en": "Work on {number} has begun."},
    "ticket.paused": {"zh": "{number} 暂停处理，详情请查看。", "en": "Work on {number} is paused; open it to see why."},
    "ticket.resumed": {"zh": "{number} 已恢复处理。", "en": "Work on {number} goes on."},
    "ticket.resolved": {
        "zh": "{number} 已办结，请确认是否解决。",
        "en": "{number} is reported as done. Please say whether it is.",
        "zh-plain": "{number} 修好了吗？请点开告诉我们。",
        "en-plain": "Is {number} done? Open it and tell us.",
    },
    "ticket.verified": {"zh": "{number} 已核查确认。", "en": "{number} was checked and is done."},
    "ticket.reopened": {"zh": "{number} 已重新办理。", "en": "{number} was opened again."},
    "ticket.closed": {"zh": "{number} 已结案。", "en": "{number} is closed."},
    "ticket.cancelled": {"zh": "{number} 已撤销。", "en": "{number} was cancelled."},
    "ticket.merged": {
        "zh": "{number} 已并入另一条相同的反映。",
        "en": "{number} was joined with another report of the same thing.",
    },
    "ticket.commented": {"zh": "{number} 有新的留言。", "en": "There is a new comment on {number}."},
    "ticket.yours": {"zh": "{number} 已派给您处理。", "en": "{number} was assigned to you."},
    "ticket.back": {
        "zh": "{number} 未解决，已退回给您重新处理。",
        "en": "{number} was not solved and is back with you.",
    },
}


def register() -> None:
    """Make the texts known to the notices room."""
    register_templates(TEMPLATES)
    register_topics(
        {
            "ticket.commented": Topic(collapses=True),
            "ticket.verified": Topic(Severity.INFO),
            "ticket.closed": Topic(Severity.INFO),
        }
    )
