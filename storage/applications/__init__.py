"""Applications: a candidate for a position, with the stage they have reached."""
