"""Pages: finds the digits on a picture, reads each with the digit network, and puts them in order.

`reader.Reader` reads a page: `levels` shows it to the page network at several sizes, `finder` cuts out the ink of every
glyph, `choice` keeps each piece of ink once, and `order` forms lines and numbers.
"""
