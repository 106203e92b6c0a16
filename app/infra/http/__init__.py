"""The HTTP edge: sessions, errors, ids, cursors, idempotency, ETags. No business rule."""
