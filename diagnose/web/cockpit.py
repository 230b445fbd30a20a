"""驾驶舱 of a division."""

from flask import Blueprint

blueprint = Blueprint("cockpit", __name__, url_prefix="/cockpit")
