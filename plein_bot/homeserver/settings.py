"""What the private Synapse is told: its homeserver.yaml, made anew at every start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

Config = dict[str, Any]


class Profile(StrEnum):
    """Whose homeserver this one behaves like."""

    DEFAULTS = "defaults"
    """Synapse as it comes."""

    REFERENCE = "reference"
    """Synapse as the Dutch government's own suite (MijnBureau) sets it up."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One private Synapse on 127.0.0.1.

    `limits` keeps the rate limits of the profile; without them nothing is ever slowed down.
    `bot` is the localpart, `*` allowed, of whoever may list rooms in the directory. `listeners`
    stand beside the one for clients, in Synapse's own words: that for other homeservers.
    `extra` goes over everything else in homeserver.yaml.
    """

    folder: Path
    port: int
    profile: Profile = Profile.DEFAULTS
    limits: bool = True
    server_name: str = "plein.localhost"
    bot: str = "plein"
    listeners: tuple[Config, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def takes_passwords(self) -> bool:
        """Whether people sign in with a password; else tokens come from the admin API only."""
        return self.profile is Profile.DEFAULTS


def homeserver_yaml(settings: Settings) -> Config:
    return {
        **_private(settings),
        **(_reference(settings.server_name) if settings.profile is Profile.REFERENCE else {}),
        **({} if settings.limits else _unlimited()),
        **settings.extra,
    }


def _private(settings: Settings) -> Config:
    folder = settings.folder
    return {
        "server_name": settings.server_name,
        "public_baseurl": f"{settings.url}/",
        "log_config": str(folder / "log.yaml"),
        "signing_key_path": str(folder / "signing.key"),
        "registration_shared_secret_path": str(folder / "registration_secret"),
        "media_store_path": str(folder / "media"),
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "listeners": [
            {
                "port": settings.port,
                "bind_addresses": ["127.0.0.1"],
                "type": "http",
                "resources": [{"names": ["client"]}],
            },
            *settings.listeners,
        ],
        "report_stats": False,
        "trusted_key_servers": [],
        "suppress_key_server_warning": True,
        "url_preview_enabled": False,
        "presence": {"enabled": False},
        # Without a rule Synapse answers 200 to `visibility: public` and lists nothing.
        "room_list_publication_rules": [
            {"user_id": f"@{settings.bot}:{settings.server_name}", "action": "allow"}
        ],
        "allow_public_rooms_over_federation": True,
    }


def _reference(server_name: str) -> Config:
    return {
        "password_config": {"enabled": False},
        "encryption_enabled_by_default_for_room_type": "invite",
        "retention": {"enabled": True, "default_policy": {"max_lifetime": "1y"}},
        "rc_message": {"per_second": 0.5, "burst_count": 30},
        "auto_accept_invites": {"enabled": True, "only_for_direct_messages": True},
        "auto_join_rooms": [f"#welkom:{server_name}"],
    }


def _unlimited() -> Config:
    free = {"per_second": 100_000, "burst_count": 100_000}
    return {
        "rc_admin_redaction": free,
        "rc_delayed_event_mgmt": free,
        "rc_invites": {"per_room": free, "per_user": free, "per_issuer": free},
        "rc_joins": {"local": free, "remote": free},
        "rc_joins_per_room": free,
        "rc_key_requests": free,
        "rc_login": {"address": free, "account": free, "failed_attempts": free},
        "rc_3pid_validation": free,
        "rc_media_create": free,
        "rc_message": free,
        "rc_presence": {"per_user": free},
        "rc_profile": free,
        "rc_registration": free,
        "rc_registration_token_validity": free,
        "rc_reports": free,
        "rc_room_creation": free,
        "rc_third_party_invite": free,
        "rc_user_directory": free,
        # Other servers are counted in windows: requests within so many milliseconds.
        "rc_federation": {
            "window_size": 1000,
            "sleep_limit": 100_000,
            "sleep_delay": 1,
            "reject_limit": 100_000,
            "concurrent": 100,
        },
        "federation_rr_transactions_per_room_per_second": 100_000,
    }
