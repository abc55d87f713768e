"""Rooms mirrored between homeservers that do not federate."""
