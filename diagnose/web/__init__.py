"""Blueprints: parse the request, call a service, render. Nothing is decided or computed here."""
