"""Lists and answers out, as .xlsx and .csv."""

from flask import Blueprint

blueprint = Blueprint("exports", __name__, url_prefix="/district/export")
