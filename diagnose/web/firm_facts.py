"""What is known about a firm beside its questionnaires."""

from flask import Blueprint

blueprint = Blueprint("firm_facts", __name__, url_prefix="/district/firm/<file:public_id>/facts")
