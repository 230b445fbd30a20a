"""Settings from the environment, and the secret key, which the application makes and keeps itself."""

import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
KEY_BYTES = 32


@dataclass(frozen=True)
class Settings:
    """What differs from one installation to the next."""

    var_dir: Path
    database_url: str
    secret_key: str
    proxies: int = 0
    smtp_url: str = ""
    mail_from: str = ""
    evidence_url: str = ""
    public_url: str = ""
    queue_url: str = ""


def settings() -> Settings:
    """Read VAR_DIR, DATABASE_URL, PROXIES (how many reverse proxies to trust), SMTP_URL, MAIL_FROM and EVIDENCE_URL.

    Makes the data folder and the secret key when they are missing. Without SMTP_URL mails are written to a folder;
    without EVIDENCE_URL (s3://bucket/prefix) evidence lies in the data folder. PUBLIC_URL is where people find the app:
    links in mails start with it, never with what a request calls its host. REDIS_URL is where background jobs queue;
    without it they do in the data folder.
    """
    var = private_folder(Path(os.environ.get("VAR_DIR") or PROJECT / "var").resolve())
    return Settings(
        var,
        database_url(var),
        secret_key(var),
        proxies=int(os.environ.get("PROXIES") or 0),
        smtp_url=os.environ.get("SMTP_URL") or "",
        mail_from=os.environ.get("MAIL_FROM") or "",
        evidence_url=os.environ.get("EVIDENCE_URL") or "",
        public_url=(os.environ.get("PUBLIC_URL") or "").rstrip("/"),
        queue_url=os.environ.get("REDIS_URL") or "",
    )


def private_folder(path: Path) -> Path:
    """Make the folder for its owner alone (0700), also when it is there with wider rights."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def database_url(var: Path) -> str:
    """DATABASE_URL with the driver this application ships, or the embedded SQLite file in `var`."""
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{var / 'diagnose.sqlite3'}"
    for usual in ("postgresql://", "postgres://"):
        if url.startswith(usual):
            return "postgresql+psycopg://" + url.removeprefix(usual)
    return url


def secret_key(var: Path) -> str:
    """The key kept in `var`, made at the first call; processes that start together all get the same one.

    The key is written to a file of its own and then linked to its final name. Linking fails when the name exists,
    so the first process wins, and nobody ever reads half a key, not even after a crash.
    """
    path = var / "secret_key"
    if not path.exists():
        publish(path, secrets.token_hex(KEY_BYTES))
    key = path.read_text(encoding="ascii").strip()
    if len(key) < KEY_BYTES:
        raise ValueError(f"密钥文件为空或不完整：{path}。删除它再启动会生成新密钥；已打开档案的浏览器需重新打开链接。")
    return key


def publish(path: Path, text: str) -> None:
    """Give `path` the text (0600) unless another process was first."""
    handle, draft = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)
