"""Send an e-mail by SMTP, or put it into the outbox folder when there is no mail server."""

import logging
import os
import secrets
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from diagnose import wording
from diagnose.config import Settings, private_folder

log = logging.getLogger(__name__)
SECONDS = 20
NO_SENDER = "zhizhen@localhost"


def send(settings: Settings, to: str, subject: str, text: str) -> bool:
    """True when the mail is on its way; never raises, and the log names nobody."""
    try:
        message = _message(settings.mail_from or NO_SENDER, to, subject, text)
        if settings.smtp_url:
            _hand_over(message, urlsplit(settings.smtp_url))
        else:
            _keep(message, private_folder(settings.var_dir / "outbox"))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        log.warning("mail not sent: %s", type(error).__name__)
        return False
    return True


def _message(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = formatdate(wording.now().timestamp())
    message.set_content(text, cte="base64")
    return message


def _hand_over(message: EmailMessage, server: SplitResult) -> None:
    """``smtps://`` is TLS from the start; ``smtp://`` goes over to TLS when the server offers it.

    A password is sent over TLS only: without it the server is not told (SMTPException).
    """
    host, trust = server.hostname or "localhost", ssl.create_default_context()
    if server.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(host, server.port or 465, timeout=SECONDS, context=trust)
    else:
        connection = smtplib.SMTP(host, server.port or 25, timeout=SECONDS)
    with connection:
        connection.ehlo()
        secure = server.scheme == "smtps"
        if not secure and connection.has_extn("starttls"):
            connection.starttls(context=trust)
            secure = True
        if server.username:
            if not secure:
                raise smtplib.SMTPNotSupportedError("no TLS for the password")
            connection.login(unquote(server.username), unquote(server.password or ""))
        connection.send_message(message)


def _keep(message: EmailMessage, folder: Path) -> None:
    name = f"{wording.now():%Y%m%d-%H%M%S}-{secrets.token_hex(4)}.eml"
    handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(message.as_bytes())
