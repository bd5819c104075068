"""The training plane: data -> contract -> model -> fit -> evaluate -> calibrate -> export."""
