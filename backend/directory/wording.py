"""Words for codes of the directory, in Chinese and English."""

from __future__ import annotations

LANGUAGES = {
    "zh": ("中文", "Chinese"),
    "yue": ("粤语", "Cantonese"),
    "en": ("英语", "English"),
    "ja": ("日语", "Japanese"),
    "ko": ("韩语", "Korean"),
    "ru": ("俄语", "Russian"),
    "fr": ("法语", "French"),
    "de": ("德语", "German"),
    "es": ("西班牙语", "Spanish"),
    "ar": ("阿拉伯语", "Arabic"),
    "mn": ("蒙古语", "Mongolian"),
    "ug": ("维吾尔语", "Uyghur"),
    "bo": ("藏语", "Tibetan"),
    "csl": ("中国手语", "Chinese Sign Language"),
    "fi": ("芬兰语", "Finnish"),
    "sv": ("瑞典语", "Swedish"),
}


def language_name(code: str, language: str) -> str:
    """The name of a language by its ISO 639 code; the code itself for those not in the table."""
    words = LANGUAGES.get(code)
    return code if words is None else words[language.startswith("en")]
