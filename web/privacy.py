"""The pages keep nothing of people in tables of their own but a cache that lapses."""

from backend.core.catalogue import declare
from backend.core.retention import keep
from web.models import CachedValue

declare("web.CachedValue", "value  credential  login  contract  rule  lapse", plain="cache_key expires")

keep(CachedValue, 0, by="expires")
