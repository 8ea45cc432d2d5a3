"""How long things are kept: erasure by schedule and by request, what is kept after it, and the export."""
