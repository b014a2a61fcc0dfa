"""What people are told about what they asked for or reported. No names: a notice may be read over a shoulder."""

from notifications.templates import register_templates
from notifications.topics import Severity, Topic, register_topics

TEMPLATES = {
    "provider.approved": {
        "zh": "您的服务商申请已通过，请到「我的服务」开通工作登录并维护信息。",
        "en": "Your application as a provider was approved. My services lets you set up the work login and keep your entries.",
    },
    "provider.refused": {
        "zh": "您的服务商申请未通过，原因请看「我的服务」。",
        "en": "Your application as a provider was not accepted. My services says why.",
    },
    "provider.ended": {
        "zh": "您不再是一家服务单位的成员。",
        "en": "You no longer act for an organization.",
    },
    "proposal.approved": {
        "zh": "您提交的服务信息修改已通过并生效。",
        "en": "The change you proposed was approved and is shown now.",
    },
    "proposal.refused": {
        "zh": "您提交的服务信息修改未通过，原因请看「我的服务」。",
        "en": "The change you proposed was not accepted. My services says why.",
    },
    "correction.applied": {
        "zh": "谢谢您！您反映的服务信息已核实并更正。",
        "en": "Thank you! What you reported was checked and put right.",
        "zh-plain": "谢谢您！您说得对，已经改好了。",
        "en-plain": "Thank you! You were right. It is mended.",
    },
    "correction.dismissed": {
        "zh": "您反映的服务信息已核实，暂不更正，原因请看「我的更正」。",
        "en": "What you reported was checked and left as it is. My corrections says why.",
    },
}


def register() -> None:
    """Make the texts known to the notices room."""
    register_templates(TEMPLATES)
    register_topics({"correction.applied": Topic(Severity.INFO), "correction.dismissed": Topic(Severity.INFO)})
