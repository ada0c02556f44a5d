"""The leaf: specs, claims, names and shapes of arrays, faults, and the frame on the wire."""
