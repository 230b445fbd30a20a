"""导入: lists and answer sheets in."""

from flask import Blueprint

blueprint = Blueprint("intake", __name__, url_prefix="/district/import")
