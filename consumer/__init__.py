"""Takes back the promotions that a returned purchase earned."""
