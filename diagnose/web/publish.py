"""发布: what a division makes public, and the public pages."""

from flask import Blueprint

blueprint = Blueprint("publish", __name__)
