"""Plans, targets, their split and progress, and the yearly report."""

from flask import Blueprint

blueprint = Blueprint("targets", __name__, url_prefix="/targets")
