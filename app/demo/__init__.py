"""The demo cluster: eighteen invented companies of Saint-Étienne, played through the services."""

from app.demo.load import explain, load_demo, load_if_empty

__all__ = ["explain", "load_demo", "load_if_empty"]
