"""数据体检: what looks doubtful, and how it was settled."""

from flask import Blueprint

blueprint = Blueprint("checkup", __name__, url_prefix="/district/checkup")
