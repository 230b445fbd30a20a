"""The peer of the web bench: the smallest Flask application there is."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """Five letters."""
    return "hello"
