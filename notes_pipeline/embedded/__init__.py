"""A private PostgreSQL and a private Redis-compatible server from pip wheels: no root, no set-up, no port.

Both live in one folder, listen on a unix socket only, and are shared by all that ask for the same folder at the same
time: the first starts a server, the last to leave stops it.
"""

from notes_pipeline.embedded.postgres import embedded_postgres
from notes_pipeline.embedded.redis import RedisUrls, embedded_redis
from notes_pipeline.embedded.status import ServerStatus, embedded_status

__all__ = ["RedisUrls", "ServerStatus", "embedded_postgres", "embedded_redis", "embedded_status"]
