"""The environment, typed: every setting that an operator may give, read once, all mistakes reported together."""

from __future__ import annotations

from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from backend import secret_rules

Process = Literal["web", "sockets", "worker", "receivers", "owner", "test"]
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class EnvironmentMistake(SystemExit):
    """The environment is wrong; the message names every variable and rule, one per line."""


class Env(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="", extra="ignore", case_sensitive=False)

    home: Path = Field(default=Path("./.yike"), alias="YIKE_HOME", description="where state lives")
    process: Process = Field(default="web", alias="YIKE_PROCESS")
    demo: bool = Field(default=False, alias="YIKE_DEMO")
    host: str = Field(default="127.0.0.1", alias="HOST")
    port: int = Field(default=8000, alias="PORT", ge=0, le=65535)
    public_url: str = Field(default="", alias="PUBLIC_URL")
    allowed_hosts: str = Field(default="127.0.0.1,localhost,[::1]", alias="ALLOWED_HOSTS")
    trusted_proxies: str = Field(
        default="",
        alias="TRUSTED_PROXIES",
        description="addresses or networks whose X-Forwarded-For and -Proto are believed",
    )
    debug: bool = Field(default=False, alias="YIKE_DEBUG")
    log_format: Literal["json", "plain"] = Field(default="json", alias="LOG_FORMAT")

    database_url: str = Field(default="", alias="DATABASE_URL")
    database_owner_url: str = Field(default="", alias="DATABASE_OWNER_URL")
    database_system_url: str = Field(default="", alias="DATABASE_SYSTEM_URL")
    database_pool: int = Field(default=20, alias="DATABASE_POOL", ge=1, le=200)
    redis_url: str = Field(default="", alias="REDIS_URL")
    mqtt_url: str = Field(default="", alias="MQTT_URL", description="mqtt:// or mqtts://[user:password@]host[:port]")
    mqtt_client_id: str = Field(default="yike-receivers", alias="MQTT_CLIENT_ID", description="one a process, lasting")
    mqtt_group: str = Field(default="", alias="MQTT_GROUP", description="shares the topic among several receivers")

    secret_key: str = Field(default="", alias="YIKE_SECRET_KEY", description="base64 or any string of 32+ characters")
    token_key: str = Field(
        default="", alias="YIKE_TOKEN_KEY", description="access tokens: 32 bytes base64url (Ed25519 seed)"
    )
    token_keys: str = Field(
        default="", alias="YIKE_TOKEN_KEYS", description="id:base64url32[,id:…]; the first signs, all are believed"
    )
    vault_keys: str = Field(default="", alias="YIKE_VAULT_KEYS", description="id:base64url32[,id:…]; the first seals")
    audit_key: str = Field(default="", alias="YIKE_AUDIT_KEY", description="audit seals: 32 bytes base64url")
    blind_key: str = Field(
        default="",
        alias="YIKE_BLIND_KEY",
        description="blind indexes: 32 bytes base64url; sm3: before them for HMAC-SM3",
    )
    crypto_suite: Literal["intl", "gm"] = Field(
        default="intl", alias="YIKE_CRYPTO_SUITE", description="what seals: AES-GCM, or SM4-GCM; both open"
    )
    audit_url: str = Field(default="", alias="YIKE_AUDIT_URL", description="where each signed audit root is posted too")
    audit_syslog: str = Field(default="", alias="YIKE_AUDIT_SYSLOG", description="host:port, UDP; or a socket's path")
    hsts_preload: bool = Field(
        default=False, alias="YIKE_HSTS_PRELOAD", description="every subdomain speaks HTTPS only, for ever"
    )
    security_contact: str = Field(
        default="", alias="SECURITY_CONTACT", description="mailto: or https: for who finds a weakness"
    )

    stripe_secret_key: str = Field(default="", alias="STRIPE_SECRET_KEY")
    stripe_publishable_key: str = Field(default="", alias="STRIPE_PUBLISHABLE_KEY")
    stripe_webhook_secret: str = Field(default="", alias="STRIPE_WEBHOOK_SECRET")
    stripe_api_base: str = Field(default="https://api.stripe.com", alias="STRIPE_API_BASE")
    fcm_credentials: Path | None = Field(default=None, alias="FCM_CREDENTIALS")
    fcm_base_url: str = Field(default="", alias="FCM_BASE_URL")
    sms_providers: str = Field(default="aliyun,twilio", alias="SMS_PROVIDERS", description="in the order of trial")
    sms_daily_count: int | None = Field(default=None, alias="SMS_DAILY_COUNT", ge=0, description="ordinary SMS a day")
    sms_daily_fen: int | None = Field(
        default=None, alias="SMS_DAILY_FEN", ge=0, description="what they may cost, in fen"
    )
    sms_price_fen: int = Field(default=5, alias="SMS_PRICE_FEN", ge=0, description="one part of an SMS, in fen")
    voice_providers: str = Field(default="aliyun,twilio", alias="VOICE_PROVIDERS")
    aliyun_access_key_id: str = Field(default="", alias="ALIYUN_ACCESS_KEY_ID")
    aliyun_access_key_secret: str = Field(default="", alias="ALIYUN_ACCESS_KEY_SECRET")
    aliyun_sms_sign_name: str = Field(default="", alias="ALIYUN_SMS_SIGN_NAME")
    aliyun_sms_templates: dict[str, str] = Field(
        default_factory=dict,
        alias="ALIYUN_SMS_TEMPLATES",
        description='JSON: {"login.code": "SMS_1", "login.code#en": …}',
    )
    aliyun_sms_endpoint: str = Field(default="https://dysmsapi.aliyuncs.com", alias="ALIYUN_SMS_ENDPOINT")
    aliyun_voice_templates: dict[str, str] = Field(default_factory=dict, alias="ALIYUN_VOICE_TEMPLATES")
    aliyun_voice_show_number: str = Field(default="", alias="ALIYUN_VOICE_SHOW_NUMBER")
    aliyun_voice_endpoint: str = Field(default="https://dyvmsapi.aliyuncs.com", alias="ALIYUN_VOICE_ENDPOINT")
    aliyun_report_key: str = Field(default="", alias="ALIYUN_REPORT_KEY", description="?key= of the reports' address")
    twilio_account_sid: str = Field(default="", alias="TWILIO_ACCOUNT_SID")
    twilio_auth_token: str = Field(default="", alias="TWILIO_AUTH_TOKEN")
    twilio_from: str = Field(default="", alias="TWILIO_FROM", description="a number, or MG… of a messaging service")
    twilio_voice_from: str = Field(default="", alias="TWILIO_VOICE_FROM")
    twilio_api_base: str = Field(default="https://api.twilio.com", alias="TWILIO_API_BASE")
    webpush_private_key: str = Field(default="", alias="WEBPUSH_PRIVATE_KEY", description="32 bytes base64url (P-256)")
    webpush_subject: str = Field(default="mailto:operator@example.com", alias="WEBPUSH_SUBJECT")
    webpush_hosts: str = Field(
        default="fcm.googleapis.com,updates.push.services.mozilla.com,web.push.apple.com,*.notify.windows.com",
        alias="WEBPUSH_HOSTS",
        description="push services that subscriptions may name",
    )
    smtp_url: str = Field(default="", alias="SMTP_URL", description="smtp://user:password@host:587?tls=starttls")
    email_from: str = Field(default="yike@localhost", alias="EMAIL_FROM")
    huawei_app_id: str = Field(default="", alias="HUAWEI_APP_ID")
    huawei_app_secret: str = Field(default="", alias="HUAWEI_APP_SECRET")
    huawei_oauth_url: str = Field(
        default="https://oauth-login.cloud.huawei.com/oauth2/v3/token", alias="HUAWEI_OAUTH_URL"
    )
    huawei_push_url: str = Field(default="https://push-api.cloud.huawei.com", alias="HUAWEI_PUSH_URL")
    sms_countries: str = Field(
        default="86", alias="SMS_COUNTRIES", description="country codes whose phones get codes, or *"
    )
    code_phone_hour: int = Field(default=5, alias="CODE_PHONE_HOUR", ge=1)
    code_phone_day: int = Field(default=10, alias="CODE_PHONE_DAY", ge=1)
    code_wrong_day: int = Field(default=20, alias="CODE_WRONG_DAY", ge=1, description="wrong codes a phone and day")
    code_ip_hour: int = Field(
        default=10, alias="CODE_IP_HOUR", ge=1, description="codes an address (or device) and hour"
    )
    code_ip_phones_day: int = Field(
        default=50, alias="CODE_IP_PHONES_DAY", ge=1, description="phones an address and day"
    )
    code_prefix_hour: int = Field(
        default=100, alias="CODE_PREFIX_HOUR", ge=1, description="codes to 10,000 numbers in a row"
    )
    code_global_minute: int = Field(default=600, alias="CODE_GLOBAL_MINUTE", ge=1)
    code_global_day: int = Field(default=100_000, alias="CODE_GLOBAL_DAY", ge=1)
    code_alarm_sends: int = Field(
        default=200, alias="CODE_ALARM_SENDS", ge=1, description="codes in 15 min from which conversion is judged"
    )
    code_alarm_prefix_sends: int = Field(default=20, alias="CODE_ALARM_PREFIX_SENDS", ge=1)
    dc09_port: int = Field(default=7009, alias="DC09_PORT", ge=0, le=65535)
    dc09_host: str = Field(default="127.0.0.1", alias="DC09_HOST")

    @field_validator("database_url", "database_owner_url", "database_system_url")
    @classmethod
    def _postgres(cls, url: str) -> str:
        if url and urlsplit(url).scheme not in {"postgres", "postgresql"}:
            raise ValueError("must begin with postgresql://")
        return url

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, text: str) -> str:
        for part in filter(None, map(str.strip, text.split(","))):
            ip_network(part)
        return text

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, url: str) -> str:
        if url and urlsplit(url).scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return url

    @field_validator("audit_url")
    @classmethod
    def _web(cls, url: str) -> str:
        if url and urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError("must begin with https:// or http://")
        return url

    @field_validator("security_contact")
    @classmethod
    def _contacts(cls, text: str) -> str:
        if any(not part.strip().startswith(("mailto:", "https://", "tel:")) for part in text.split(",") if text):
            raise ValueError("each contact must begin with mailto:, https:// or tel:")
        return text

    @model_validator(mode="after")
    def _together(self) -> Env:
        urls = {
            "DATABASE_URL": self.database_url,
            "DATABASE_OWNER_URL": self.database_owner_url,
            "DATABASE_SYSTEM_URL": self.database_system_url,
        }
        missing = [name for name, url in urls.items() if not url]
        if missing and len(missing) < len(urls):
            raise ValueError(f"{', '.join(missing)} missing: give all three database URLs or none (see create-roles)")
        if self.demo and self.host not in LOOPBACK:
            raise ValueError("YIKE_DEMO=1 is only for a loopback HOST")
        given = {
            "YIKE_SECRET_KEY": self.secret_key,
            "YIKE_TOKEN_KEY": self.token_key,
            "YIKE_TOKEN_KEYS": self.token_keys,
            "YIKE_VAULT_KEYS": self.vault_keys,
            "YIKE_AUDIT_KEY": self.audit_key,
            "YIKE_BLIND_KEY": self.blind_key,
        }
        if wrong := list(secret_rules.faults(given, is_production=self.is_production)):
            raise ValueError("; ".join(wrong))
        if self.is_production and self.debug:
            raise ValueError("YIKE_DEBUG=1 is for development only")
        return self

    @property
    def is_production(self) -> bool:
        """Whether others than this machine are served: then nothing is made up and nothing is lenient."""
        if self.demo:
            return False
        public = urlsplit(self.public_url).hostname
        return self.host not in LOOPBACK or (public is not None and public not in LOOPBACK)

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us over TLS."""
        return not self.demo and urlsplit(self.public_url).scheme == "https"

    @cached_property
    def home_path(self) -> Path:
        return self.home.expanduser().resolve()

    @cached_property
    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """`TRUSTED_PROXIES`, read."""
        return tuple(ip_network(part.strip()) for part in self.trusted_proxies.split(",") if part.strip())

    def sends_to(self, country: int) -> bool:
        """Whether codes go to phones of this country code."""
        allowed = {part.strip().lstrip("+") for part in self.sms_countries.split(",")}
        return "*" in allowed or str(country) in allowed

    @property
    def database_for_process(self) -> str:
        """The URL that this process may use: the app role serves people, the system role works, the owner migrates."""
        match self.process:
            case "web" | "sockets":
                return self.database_url
            case "worker" | "receivers":
                return self.database_system_url
            case _:
                return self.database_owner_url


def load() -> Env:
    """Read the environment; end the process with one message that names every mistake."""
    try:
        return Env()
    except ValidationError as wrong:
        lines = [f"  {'.'.join(map(str, e['loc'])) or 'environment'}: {e['msg']}" for e in wrong.errors()]
        raise EnvironmentMistake("The environment is not usable:\n" + "\n".join(lines)) from None


env = load()
